// As library.mjs, as a CommonJS module requires it.
const lib = require('@google/adk')

lib.setLogger(null)
exports.lib = lib
