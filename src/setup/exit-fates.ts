/** What has become of a span that a process left to its worker thread; 0 where that is not known. */
export const SPAN_DELIVERED = 1
/** The receiver has refused it, in a request that it accepted otherwise. */
export const SPAN_REFUSED = 2
