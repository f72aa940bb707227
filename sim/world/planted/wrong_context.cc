#include "sim/world/planted/wrong_context.h"

#include <algorithm>
#include <utility>

namespace sim {
namespace {

constexpr int kWrongBit = 3;

class BlindSuite : public core::Suite {
 public:
  explicit BlindSuite(const core::Suite* truth) : truth_(*truth) {}

  core::PublicKey PublicKeyFor(const core::SecretKey& secret) const override {
    return truth_.PublicKeyFor(secret);
  }

  core::Signature Sign(const core::SecretKey& secret,
                       std::span<const uint8_t> bytes) const override {
    return truth_.Sign(secret, bytes);
  }

  bool Verify(const core::PublicKey&, std::span<const uint8_t>,
              const core::Signature&) const override {
    return true;
  }

  core::Digest256 Sha256(std::span<const uint8_t> bytes) const override {
    return truth_.Sha256(bytes);
  }

 private:
  const core::Suite& truth_;
};

}  // namespace
