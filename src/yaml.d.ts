/** YAML data is parsed when the product is built; see scripts/yaml-plugin.mjs. */
declare module '*.yaml' {
  const value: unknown;
  export default value;
}
