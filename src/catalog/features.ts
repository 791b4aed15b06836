/** Features of Configuration Manager that talk to the internet, as the topology switches them on. */

import { loadCatalog } from './load.ts';

/** Features whose endpoints another page lists: they may be named, and have no rules here. */
const WITHOUT_RULES = ['co-management', 'desktop-analytics', 'microsoft-store'];

/** Ids of all features, sorted. */
export function featureIds(): string[] {
  const ids = loadCatalog().rules.flatMap(({ feature }) => (feature === null ? [] : [feature]));
  return [...new Set([...ids, ...WITHOUT_RULES])].sort();
}
