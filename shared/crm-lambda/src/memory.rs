//! The allocator of every function. A request is thousands of small allocations, and the C library's own takes about a tenth of its
//! processor time.

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
