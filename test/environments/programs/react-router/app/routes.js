import { index } from '@react-router/dev/routes'

// biome-ignore lint/style/noDefaultExport: the form of React Router's routes
export default [index('routes/home.jsx')]
