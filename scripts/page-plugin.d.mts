import type { Plugin } from 'esbuild';

export const esbuildPage: Plugin;
export const vitePage: {
  name: string;
  enforce: 'pre';
  load(id: string): Promise<{ code: string; map: null } | undefined>;
};
