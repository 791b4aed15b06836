export { formatProblem, type Problem, SiteError, type SiteErrorCode } from './errors.ts';
export { loadSite, parseSite } from './load.ts';
export { siteJsonSchema } from './schema.ts';
export { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from './settings.ts';
export { Site } from './site.ts';
export type { CatalogChoice, Endpoint, Selector, SiteException, SiteModel, SiteRule } from './types.ts';
