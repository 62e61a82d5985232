// biome-ignore lint/style/noDefaultExport: webpack, Rspack and Turbopack take a loader by it.
export { turnspanLoader as default } from './loader.ts'
