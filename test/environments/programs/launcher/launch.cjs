// A command in CommonJS that runs the application, an ES module: `next start`, `react-router-serve`, ...
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

void import(pathToFileURL(join(process.cwd(), process.argv[2])).href)
