// What the probes use, as a CommonJS module requires it.
exports.agents = require('@mastra/core/agent')
exports.core = require('@mastra/core/mastra')
exports.tools = require('@mastra/core/tools')
exports.workflows = require('@mastra/core/workflows')
exports.z = require('zod')
exports.observability = require('@mastra/observability')
exports.bridge = async () => require('turnspan/mastra')
