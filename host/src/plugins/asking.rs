//! The host's side of `pushcart:commerce/plugins`: what the storefront asks of a merchant's plugins during a quote.

mod bindings {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "../wit/commerce",
        inline: "package pushcart:host; world asked { import pushcart:commerce/plugins@0.1.0; }",
        imports: { "pushcart:commerce/plugins.propose": async | trappable, default: trappable },
        require_store_data_send: true,
    });
}

/// The facts that cross between storefront and host.
pub use bindings::pushcart::commerce as facts;
