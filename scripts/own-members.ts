/** What esbuild's helper for exports and zod call the objects whose members they walk over. */
const MEMBERS = /\bfor \((var|const) (\w+) in (all|table|input|shape)\)/g

/**
 * Code that is built in and is not ours walks over objects with `for … in`, and so meets what somebody has put on
 * `Object.prototype`: loading the package would throw, and reading MLflow's answers would fail. Here it walks over
 * what the objects themselves have.
 */
export const ownMembers = {
  name: 'own-members',
  renderChunk(code: string): { code: string } {
    return { code: code.replace(MEMBERS, 'for ($1 $2 of Object.keys($3))') }
  },
}
