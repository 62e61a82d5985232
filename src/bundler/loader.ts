import { type HandOver, withLine } from './hand-over.ts'
import type { BundlerPluginOptions } from './options.ts'
import { createRecogniser, type TracedFile } from './recognise.ts'

/** Options as they come from the configuration, where they must be JSON. */
export interface LoaderOptions extends BundlerPluginOptions {
  readonly handOver?: HandOver | undefined
}

/** The slice of the loader interface of webpack, Rspack and Turbopack that is used here. */
export interface LoaderContext {
  readonly resourcePath: string
  getOptions(): LoaderOptions
  callback(error: null, source: string, sourceMap: unknown): void
}

let recognisers: Map<string, (path: string) => TracedFile | undefined> | undefined

/** Loader of webpack: appends the hand-over to the modules that are traced, and gives all others back as they are. */
export function turnspanLoader(this: LoaderContext, source: string, sourceMap: unknown): void {
  const { integrations, handOver = 'bundled' } = this.getOptions()
  const key = JSON.stringify(integrations ?? null)
  recognisers ??= new Map()
  const recognise = recognisers.get(key) ?? createRecogniser(integrations)
  recognisers.set(key, recognise)
  const file = recognise(this.resourcePath)
  const text = file === undefined ? source : withLine(file, this.resourcePath, source, handOver)
  this.callback(null, text, sourceMap)
}
