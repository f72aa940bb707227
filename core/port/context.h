// What a peer may read besides its input: immutable for the peer's life, shared by all peers of a
// host.
#pragma once

#include "core/base/ids.h"
#include "core/codec/directory.h"
#include "core/crypto/suite.h"
#include "core/port/config.h"

namespace core {

class Sealing;

struct Context {
  const Config* config = nullptr;
  const Directory* directory = nullptr;
  const Suite* suite = nullptr;
  const Sealing* sealing = nullptr;  // Of those who negotiate; nobody else needs one.
  Key256 network;  // Domain separation of topics and signatures: another network's records never
                   // verify.
};

}  // namespace core
