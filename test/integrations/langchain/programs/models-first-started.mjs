// The same, where the application starts tracing by its first import: all others are loaded by then, and have not run.
import './start.mjs'
import './models-first.mjs'
