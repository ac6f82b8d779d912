use super::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let folder = crate::scratch::folder("store-reopen");
    let file = folder.join("store.redb");
    let store = Store::open(&file).unwrap();
    runtime().block_on(async {
        store.write("a".into(), Some(b"1".to_vec())).await.unwrap();
        store.write("b".into(), Some(b"2".to_vec())).await.unwrap();
        store.write("a".into(), None).await.unwrap();
        store.write("c".into(), Some(Vec::new())).await.unwrap();
    });
    drop(store);
    let snapshot = Store::open(&file).unwrap().snapshot().unwrap();
    assert_eq!(snapshot.get("a").unwrap(), None);
    assert_eq!(snapshot.get("b").unwrap().as_deref(), Some(b"2".as_slice()));
    assert_eq!(snapshot.get("c").unwrap().as_deref(), Some(b"".as_slice()));
    assert_eq!(snapshot.keys().unwrap(), ["b", "c"]);
    assert!(snapshot.exists("b").unwrap() && !snapshot.exists("a").unwrap());
}

#[test]
fn a_snapshot_does_not_move_and_writers_share_commits() {
    let store = Arc::new(Store::in_memory().unwrap());
    let before = store.snapshot().unwrap();
    runtime().block_on(async {
        let writers: Vec<_> = (0..200)
            .map(|number: u32| {
                let store = store.clone();
                tokio::spawn(
                    async move { store.write(format!("k{number}"), Some(number.to_le_bytes().to_vec())).await },
                )
            })
            .collect();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
    });
    assert!(before.keys().unwrap().is_empty());
    assert_eq!(store.snapshot().unwrap().keys().unwrap().len(), 200);
}

#[test]
fn bounds_are_told() {
    let store = Store::in_memory().unwrap();
    let write = |key: usize, value: usize| runtime().block_on(store.write("k".repeat(key), Some(vec![0; value])));
    assert_eq!(write(KEY_BYTES, VALUE_BYTES), Ok(()));
    assert_eq!(write(KEY_BYTES + 1, 1), Err(StoreError::Key));
    assert_eq!(write(0, 1), Err(StoreError::Key));
    assert_eq!(write(1, VALUE_BYTES + 1), Err(StoreError::Value));
    assert_eq!(store.snapshot().unwrap().get(&"k".repeat(256)), Err(StoreError::Key));
}

#[test]
fn one_file_is_opened_once() {
    let file = crate::scratch::folder("store-once").join("store.redb");
    let _first = Store::open(&file).unwrap();
    assert!(matches!(Store::open(&file), Err(StoreError::Failed(_))));
}
