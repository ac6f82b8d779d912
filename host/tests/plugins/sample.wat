;; The core of a plugin of the world `promotion`, as small as can be: it proposes 100 minor units off the cart's first line.
;; Tests and benches put other work in the place of `(call $propose (local.get $given))`.
(module
  (memory (export "memory") 16)
  (global $next (mut i32) (i32.const 8192))
  (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at
      (i32.and
        (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $next (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  ;; The description at 16: name, version; no needs, no schema, no messages.
  (data (i32.const 16) "\30\01\00\00\06\00\00\00\38\01\00\00\05\00\00\00")
  (func (export "describe") (result i32) (i32.const 16))
  ;; The answer at 64: ok, and a list of one proposal at 128.
  (data (i32.const 64) "\00\00\00\00\80\00\00\00\01\00\00\00")
  ;; Amounts off lines at 96: the line's id is filled in, 100 follows.
  (data (i32.const 104) "\00\00\00\00\00\00\59\40")
  ;; The proposal: its code, and amounts off the list of one at 96.
  (data (i32.const 128) "\40\01\00\00\05\00\00\00\00\00\00\00\00\00\00\00\60\00\00\00\01\00\00\00")
  (data (i32.const 304) "sample\00\001.0.0\00\00\00first")
  (func $propose (param $given i32) (result i32)
    (local $line i32)
    (local.set $line (i32.load offset=8 (local.get $given)))
    (i32.store (i32.const 96) (i32.load (local.get $line)))
    (i32.store (i32.const 100) (i32.load offset=4 (local.get $line)))
    (i32.const 64))
  (func $recurse (result i32) (i32.add (call $recurse) (i32.const 1)))
  (func (export "evaluate") (param $given i32) (result i32)
    (call $propose (local.get $given))))
