//! Signatures of uploads: ed25519 (RFC 8032) over the text `sha256:…`, the digest of the component as answers write it.
//!
//! The header is `pushcart-signature: KEY-ID:BASE64`. A merchant registers public keys; private ones never come here.

use super::book::{Book, is_name};
use super::refusal::{Code, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

/// Reads a public key: base64 of 32 bytes that are a point of the curve, and not a weak one.
///
/// # Errors
/// Where it is none.
pub fn key(text: &str) -> Result<VerifyingKey, Refusal> {
    let refuse = |detail: &str| Refusal::new(Code::InvalidKey, detail);
    let bytes = STANDARD.decode(text).map_err(|_| refuse("`publicKey` must be base64."))?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| refuse("`publicKey` must be base64 of 32 bytes."))?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| refuse("`publicKey` is no point of the curve."))?;
    if key.is_weak() { Err(refuse("`publicKey` is a weak key: make another one.")) } else { Ok(key) }
}

/// Checks the header of an upload of `digest`; the id of the key that signed it, `None` where nobody did.
///
/// # Errors
/// Where it is malformed, of an unknown key, or wrong; without one only where it is `required`.
pub fn check(header: Option<&str>, digest: &str, book: &Book, required: bool) -> Result<Option<String>, Refusal> {
    let Some(header) = header else {
        let detail =
            "Register a key with PUT …/plugin-keys/{id} and send the header `pushcart-signature: KEY-ID:BASE64`.";
        return if required { Err(Refusal::new(Code::SignatureRequired, detail)) } else { Ok(None) };
    };
    let malformed = || {
        let detail = "It must be KEY-ID:BASE64, where BASE64 is of the 64 bytes of an ed25519 signature.";
        Refusal::new(Code::SignatureMalformed, detail)
    };
    let (id, signature) = header.trim().split_once(':').ok_or_else(malformed)?;
    let signature = STANDARD.decode(signature).map_err(|_| malformed())?;
    let signature = Signature::from_slice(&signature).map_err(|_| malformed())?;
    if !is_name(id) {
        return Err(malformed());
    }
    let known = book.keys.get(id).ok_or_else(|| {
        Refusal::new(
            Code::SignatureUnknownKey,
            format!("There is no key `{id}`: register it with PUT …/plugin-keys/{id}."),
        )
    })?;
    key(&known.public_key)?.verify_strict(digest.as_bytes(), &signature).map_err(|_| {
        let detail = format!("Sign exactly the text `{digest}`, without a newline, with the private half of `{id}`.");
        Refusal::new(Code::SignatureWrong, detail)
    })?;
    Ok(Some(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::book::Key;
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    #[test]
    fn a_signature_holds_for_its_key_and_digest_alone() {
        // RFC 8032, section 7.1, TEST 1: the secret key, and its public key.
        let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&secret[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let signing = SigningKey::from_bytes(&bytes.try_into().unwrap());
        let public = STANDARD.encode(signing.verifying_key().as_bytes());
        assert_eq!(public, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        let mut book = Book::default();
        book.keys.insert("k1".into(), Key { public_key: public, added_at: 0 });
        let digest = super::super::shelf::digest(b"component");
        let signed = STANDARD.encode(signing.sign(digest.as_bytes()).to_bytes());
        let other = STANDARD.encode(signing.sign(b"sha256:other").to_bytes());
        let rows = [
            (Some(format!("k1:{signed}")), true, Ok(Some("k1".to_owned()))),
            (None, false, Ok(None)),
            (None, true, Err("signature-required")),
            (Some(format!("k2:{signed}")), false, Err("signature-unknown-key")),
            (Some(format!("k1:{other}")), false, Err("signature-wrong")),
            (Some("k1:AAAA".into()), false, Err("signature-malformed")),
            (Some("k1".into()), false, Err("signature-malformed")),
            (Some(format!("../k:{signed}")), false, Err("signature-malformed")),
        ];
        for (header, required, wanted) in rows {
            let found = check(header.as_deref(), &digest, &book, required);
            assert_eq!(found.as_ref().map_err(Refusal::said), wanted.as_ref().map_err(|code| *code), "{header:?}");
        }
        for wrong in ["", "AAAA", "not base64", &STANDARD.encode([0; 32])] {
            assert_eq!(key(wrong).unwrap_err().said(), "invalid-public-key", "{wrong}");
        }
    }
}
