//! `fermyon:spin/variables@2.0.0`: the component's own variables, rendered when the app started.

use super::bindings::fermyon::spin::variables::{Error, Host};
use crate::guest::Guest;
use wasmtime::Result;

impl Host for Guest {
    fn get(&mut self, name: String) -> Result<Result<String, Error>> {
        let valid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !valid {
            return Ok(Err(Error::InvalidName(name)));
        }
        Ok(self.shared.variables.get(&name).cloned().ok_or(Error::Undefined(name)))
    }
}
