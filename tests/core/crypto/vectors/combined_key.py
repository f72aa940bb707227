#!/usr/bin/env python3
"""Makes combined_key.json from the text of core/crypto/combined_key.h alone: ristretto255 (RFC 9496), XChaCha20-Poly1305
(draft-irtf-cfrg-xchacha) and BLAKE2b (hashlib), with no code of ours or of libsodium's. Slow, and safe for nothing but this.

    tests/core/crypto/vectors/combined_key.py            prints the file
"""

import hashlib
import json
import struct

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def negative(x):
    return x % P & 1


def absolute(x):
    return -x % P if negative(x) else x % P


def sqrt_ratio(u, v):
    """(u/v is a square, the even root of u/v or of SQRT_M1 u/v)."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    square = check in (u % P, -u % P)
    if check in (-u % P, -u * SQRT_M1 % P):
        r = r * SQRT_M1 % P
    return square, absolute(r)


INVSQRT_A_MINUS_D = sqrt_ratio(1, (-1 - D) % P)[1]
IDENTITY = (0, 1, 1, 0)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, p):
    product = IDENTITY
    while n:
        if n & 1:
            product = add(product, p)
        p = add(p, p)
        n >>= 1
    return product


def encode(p):
    x0, y0, z0, t0 = p
    u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
    inverse = sqrt_ratio(1, u1 * u2 * u2 % P)[1]
    d1, d2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = d1 * d2 * t0 % P
    if negative(t0 * z_inverse):
        x, y, last = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P, d1 * INVSQRT_A_MINUS_D % P
    else:
        x, y, last = x0, y0, d2
    if negative(x * z_inverse):
        y = -y % P
    return absolute(last * (z0 - y)).to_bytes(32, "little")


def base_point():
    y = 4 * pow(5, P - 2, P) % P
    x = sqrt_ratio(y * y - 1, D * y * y + 1)[1]
    return x, y, 1, x * y % P


G = base_point()


def hashed(size, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size).digest()


def scalar(wide):
    return int.from_bytes(wide, "little") % ORDER


def rotated(x, n):
    return (x << n | x >> (32 - n)) & 0xFFFFFFFF


def rounds(state):
    s = list(state)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                s[x] = (s[x] + s[y]) & 0xFFFFFFFF
                s[z] = rotated(s[z] ^ s[x], n)
    return s


CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")


def chacha20(key, nonce, counter):
    state = (*CONSTANTS, *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce))
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(rounds(state), state)))


def hchacha20(key, nonce):
    s = rounds((*CONSTANTS, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)))
    return struct.pack("<8I", *s[:4], *s[12:])


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def padded16(data):
    return data + bytes(-len(data) % 16)


def xchacha20poly1305(key, nonce, data, plaintext):
    subkey, rest = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    stream = b"".join(chacha20(subkey, rest, 1 + i) for i in range(len(plaintext) // 64 + 1))
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, stream))
    message = padded16(data) + padded16(ciphertext) + struct.pack("<2Q", len(data), len(ciphertext))
    return ciphertext + poly1305(chacha20(subkey, rest, 0)[:32], message)


def drawn(label):
    return hashed(64, b"drawn ", label.encode())


def vector(owners, record):
    secrets = [scalar(drawn(f"{owners} {i}")) for i in range(owners)]
    points = {encode(multiply(secret, G)): secret for secret in secrets}
    keys = sorted(points)
    every = hashed(64, b"orbweaver owners 1", *keys)
    weights = {key: scalar(hashed(64, b"orbweaver coefficient 1", every, key)) for key in keys}
    combined = IDENTITY
    for key in keys:
        combined = add(combined, multiply(weights[key] * points[key] % ORDER, G))
    key = encode(combined)
    once = scalar(drawn(f"{owners} once"))
    ephemeral, shared = encode(multiply(once, G)), encode(multiply(once, combined))
    context = hashed(32, b"context")
    box_key = hashed(32, b"orbweaver box 1", ephemeral, shared, key, context)
    plaintext = (struct.pack(">H", len(record)) + record).ljust(1024, b"\0")
    shares = []
    for owner in keys:
        base = multiply(weights[owner] * once % ORDER, G)
        element = encode(multiply(points[owner], base))
        nonce = scalar(hashed(64, b"orbweaver share nonce 1", points[owner].to_bytes(32, "little"), key, encode(base)))
        challenge = scalar(hashed(64, b"orbweaver share 1", key, owner, encode(base), element, encode(multiply(nonce, G)),
                                  encode(multiply(nonce, base))))
        response = (nonce + challenge * points[owner]) % ORDER
        shares.append([element.hex(), challenge.to_bytes(32, "little").hex(), response.to_bytes(32, "little").hex()])
    return {"drawn": [drawn(f"{owners} {i}").hex() for i in range(owners)], "owners": [owner.hex() for owner in keys],
            "combined": key.hex(), "context": context.hex(), "record": record.hex(), "drawn_once": drawn(f"{owners} once").hex(),
            "ephemeral": ephemeral.hex(), "box": xchacha20poly1305(box_key, bytes(24), context, plaintext).hex(), "shares": shares}


if __name__ == "__main__":
    assert encode(G).hex() == "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"  # RFC 9496, A.1.
    print(json.dumps([vector(1, b"a vote"), vector(2, b""), vector(5, bytes(range(256)) * 3), vector(3, b"\xff" * 1022)], indent=1))
