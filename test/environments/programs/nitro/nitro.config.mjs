// biome-ignore lint/style/noDefaultExport: the form of a configuration of Nitro
export default { compatibilityDate: '2025-11-01', preset: 'node-server', srcDir: '.', telemetry: false }
