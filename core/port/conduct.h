// Conduct: what protocol code says of a remote peer's deeds, and asks of its standing. Answered by
// the composition root (core/peer), so that no flow knows how others are judged.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/port/effects.h"

namespace core {

// What a remote peer can do wrong. Only provable offences may lead to a ban.
enum class Offence : uint8_t {
  kBadSignature = 1,
  kProtocolViolation = 2,
  kConnectionFailure = 3,
  kDoubleVote = 4  // Proven by two signatures of its own.
};

class Conduct {
 public:
  virtual ~Conduct() = default;

  virtual void Report(Time now, PeerId peer, Offence offence, Effects& effects) = 0;
  // True: the peer is chosen only when there is nobody else.
  [[nodiscard]] virtual bool IsDoubtful(Time now, PeerId peer) const = 0;
};

}  // namespace core
