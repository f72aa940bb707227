#include "core/crypto/ballot.h"

#include <span>
#include <string_view>

namespace core {
namespace {

constexpr std::string_view kVoteContextDomain = "vt/seal/vote/1";
constexpr std::string_view kVoterContextDomain = "vt/seal/voter/1";
constexpr std::string_view kVoterPartDomain = "vt/voter/1";

class Joined {
 public:
  explicit Joined(std::string_view domain) : bytes_(domain.begin(), domain.end()) {}

  Joined& Add(std::span<const uint8_t> part) {
    bytes_.insert(bytes_.end(), part.begin(), part.end());
    return *this;
  }

  [[nodiscard]] const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace

SealingContext VoteContext(const Suite& suite, const Key256& template_cid, const Key256& nonce) {
  return suite.Sha256(Joined(kVoteContextDomain).Add(template_cid.bytes).Add(nonce.bytes).bytes());
}

SealingContext VoterContext(const Suite& suite, const Key256& template_cid,
                            const PublicKey& registrant) {
  return suite.Sha256(Joined(kVoterContextDomain).Add(template_cid.bytes).Add(registrant).bytes());
}

std::vector<uint8_t> VoterSigningBytes(const Key256& template_cid, const PublicKey& registrant,
                                       const RegistrantCids& cids) {
  return Joined(kVoterPartDomain)
      .Add(template_cid.bytes)
      .Add(registrant)
      .Add(cids.public_cid.bytes)
      .Add(cids.private_cid.bytes)
      .bytes();
}

}  // namespace core
