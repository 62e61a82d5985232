import * as client from '@a2a-js/sdk/client'
import * as server from '@a2a-js/sdk/server'
import * as handlers from '@a2a-js/sdk/server/express'
import express from 'express'
import { main } from './v03-scene.cjs'

await main({ client, server, handlers, express, turnspan: () => import('turnspan') })
