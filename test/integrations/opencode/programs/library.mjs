// What the probes use, as an ES module imports it; the package has no other form.
export * from '@opencode-ai/sdk'
export const v2 = await import('@opencode-ai/sdk/v2').catch(() => undefined)
