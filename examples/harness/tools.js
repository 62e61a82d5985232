// What a vault or a mounted secret would give.
const credentials = new Map([['shop', 'sk-shop-5f1d0c7e9a2b']])

/** A service of the shop. The credential goes from the vault into the request, past everything that is traced. */
async function shop(path) {
  const request = new Request(`https://shop.example/${path}`, {
    headers: { authorization: `Bearer ${credentials.get('shop')}` },
  })
  // Stands for `await fetch(request)`.
  return { path: new URL(request.url).pathname, authorized: request.headers.has('authorization') }
}

const TOOLS = {
  find_order: async ({ order }) => ({ order, state: 'shipped', ...(await shop(`orders/${order}`)) }),
  refund: async ({ order }) => ({ order, refunded: true, ...(await shop(`refunds/${order}`)) }),
}

export const callTool = ({ name, arguments: given }) => TOOLS[name](given)
