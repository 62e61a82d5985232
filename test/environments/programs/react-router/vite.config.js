import { reactRouter } from '@react-router/dev/vite'
import { defineConfig } from 'vite'

// biome-ignore lint/style/noDefaultExport: the form of a configuration of Vite
export default defineConfig({ plugins: [reactRouter()] })
