import { Outlet, Scripts } from 'react-router'

// biome-ignore lint/style/noDefaultExport: the form of a route
export default function App() {
  return (
    <html lang="en">
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  )
}
