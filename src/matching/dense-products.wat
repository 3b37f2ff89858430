;; The two dense products of the match path, in WebAssembly SIMD: landmarks · utterance, and kernel values · weights.
;; Lengths are in float32 lanes. Rows are padded with zeros: to 16 lanes for $products, to 4 lanes for $accumulate.
;; `npm run generate` turns this file into dense-products-wasm.ts.
(module
  (import "env" "memory" (memory 1))

  ;; out[i] = sum over j of matrix[i][j] * vector[j]
  (func (export "products")
    (param $matrix i32) (param $vector i32) (param $rows i32) (param $lanes i32) (param $out i32)
    (local $end i32) (local $v i32) (local $vectorEnd i32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $rows) (i32.const 2))))
    (local.set $vectorEnd (i32.add (local.get $vector) (i32.shl (local.get $lanes) (i32.const 2))))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $s0 (v128.const f32x4 0 0 0 0))
        (local.set $s1 (v128.const f32x4 0 0 0 0))
        (local.set $s2 (v128.const f32x4 0 0 0 0))
        (local.set $s3 (v128.const f32x4 0 0 0 0))
        (local.set $v (local.get $vector))
        (loop $lane
          (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (v128.load (local.get $matrix)) (v128.load (local.get $v)))))
          (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (v128.load offset=16 (local.get $matrix)) (v128.load offset=16 (local.get $v)))))
          (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (v128.load offset=32 (local.get $matrix)) (v128.load offset=32 (local.get $v)))))
          (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (v128.load offset=48 (local.get $matrix)) (v128.load offset=48 (local.get $v)))))
          (local.set $matrix (i32.add (local.get $matrix) (i32.const 64)))
          (local.set $v (i32.add (local.get $v) (i32.const 64)))
          (br_if $lane (i32.lt_u (local.get $v) (local.get $vectorEnd))))
        (local.set $s0 (f32x4.add (f32x4.add (local.get $s0) (local.get $s1)) (f32x4.add (local.get $s2) (local.get $s3))))
        (f32.store (local.get $out)
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $s0)) (f32x4.extract_lane 1 (local.get $s0)))
            (f32.add (f32x4.extract_lane 2 (local.get $s0)) (f32x4.extract_lane 3 (local.get $s0)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $row))))

  ;; scores[c] += sum over j of kernel[j] * weights[j][c]
  (func (export "accumulate")
    (param $weights i32) (param $kernel i32) (param $rows i32) (param $lanes i32) (param $scores i32)
    (local $kernelEnd i32) (local $s i32) (local $scoresEnd i32) (local $k v128)
    (local.set $kernelEnd (i32.add (local.get $kernel) (i32.shl (local.get $rows) (i32.const 2))))
    (local.set $scoresEnd (i32.add (local.get $scores) (i32.shl (local.get $lanes) (i32.const 2))))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $kernel) (local.get $kernelEnd)))
        (local.set $k (v128.load32_splat (local.get $kernel)))
        (local.set $s (local.get $scores))
        (loop $lane
          (v128.store (local.get $s)
            (f32x4.add (v128.load (local.get $s)) (f32x4.mul (local.get $k) (v128.load (local.get $weights)))))
          (local.set $s (i32.add (local.get $s) (i32.const 16)))
          (local.set $weights (i32.add (local.get $weights) (i32.const 16)))
          (br_if $lane (i32.lt_u (local.get $s) (local.get $scoresEnd))))
        (local.set $kernel (i32.add (local.get $kernel) (i32.const 4)))
        (br $row)))))
