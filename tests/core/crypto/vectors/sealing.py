#!/usr/bin/env python3
"""Makes sealing.json from the text of core/crypto/sealing.h and ristretto_sealing.h alone, with the integers of combined_key.py
beside it: drawn bytes, and layers sealed to one key (ChaCha20-Poly1305 of RFC 8439).

    tests/core/crypto/vectors/sealing.py            prints the file
"""

import hashlib
import json
import struct

from combined_key import G, chacha20, drawn, encode, hashed, multiply, padded16, poly1305, scalar


def draw(seed, label, counter):
    message = b"orbweaver draw 1" + label.encode() + counter.to_bytes(8, "big")
    return {"seed": seed.hex(), "label": label, "counter": counter,
            "drawn": hashlib.blake2b(message, digest_size=64, key=seed).digest().hex()}


def chacha20poly1305(key, plaintext):
    nonce = bytes(12)
    stream = b"".join(chacha20(key, nonce, 1 + i) for i in range(len(plaintext) // 64 + 1))
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, stream))
    message = padded16(ciphertext) + struct.pack("<2Q", 0, len(ciphertext))
    return ciphertext + poly1305(chacha20(key, nonce, 0)[:32], message)


def layer(name, plaintext):
    secret, once = scalar(drawn(f"{name} receiver")), scalar(drawn(f"{name} once"))
    key, ephemeral = encode(multiply(secret, G)), encode(multiply(once, G))
    agreed, context = encode(multiply(secret * once, G)), hashed(32, name.encode())
    layer_key = hashed(32, b"orbweaver layer 1", ephemeral, agreed, key, context)
    return {"drawn": drawn(f"{name} receiver").hex(), "key": key.hex(), "drawn_once": drawn(f"{name} once").hex(),
            "context": context.hex(), "bytes": plaintext.hex(), "sealed": (ephemeral + chacha20poly1305(layer_key, plaintext)).hex()}


if __name__ == "__main__":
    print(json.dumps({"draws": [draw(bytes(32), "", 0), draw(hashed(32, b"seed"), "pairing", 2**40 + 7)],
                      "layers": [layer("empty", b""), layer("secret", bytes(range(32))), layer("long", bytes(range(256)) * 8)]},
                     indent=1))
