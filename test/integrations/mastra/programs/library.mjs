// What the probes use, as an ES module imports it. Mastra 0.24 has its observability in its core.
export * as agents from '@mastra/core/agent'
export * as core from '@mastra/core/mastra'
export * as tools from '@mastra/core/tools'
export * as workflows from '@mastra/core/workflows'
export * as z from 'zod'

export const observability = await import('@mastra/observability').catch(() => undefined)
export const bridge = () => import('turnspan/mastra')
