export const dynamic = 'force-dynamic'

/** What handed itself over in this process. */
export async function GET() {
  const modules = globalThis[Symbol.for('turnspan.modules.1')] ?? []
  return Response.json(modules.map((one) => `${one.package}@${one.version} ${one.subpath}`))
}
