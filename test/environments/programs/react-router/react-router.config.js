// biome-ignore lint/style/noDefaultExport: the form of a configuration of React Router
export default { ssr: true }
