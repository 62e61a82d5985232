/** As in `src/runtime/real-time.ts`, as far as anybody needs it here. */
export const realTime: { epochMs(): number } = { epochMs: () => Date.now() }
