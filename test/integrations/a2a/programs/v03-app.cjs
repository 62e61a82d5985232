const { main } = require('./v03-scene.cjs')

main({
  client: require('@a2a-js/sdk/client'),
  server: require('@a2a-js/sdk/server'),
  handlers: require('@a2a-js/sdk/server/express'),
  express: require('express'),
  turnspan: async () => require('turnspan'),
})
