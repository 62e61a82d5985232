// As library.mjs, as a CommonJS module requires it.
exports.lib = { ...require('@openai/agents'), OpenAI: require('openai').default, z: require('zod').z }
