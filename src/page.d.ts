/** Browser code is bundled into strings when the product is built; see scripts/page-plugin.mjs. */
declare module '*?page' {
  const page: { script: string; style: string };
  export default page;
}
