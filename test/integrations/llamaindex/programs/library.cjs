// As library.mjs, as a CommonJS module requires it.
exports.lib = {
  ...require('llamaindex'),
  ...require('@llamaindex/workflow'),
  ...require('@llamaindex/openai'),
  z: require('zod').z,
}
