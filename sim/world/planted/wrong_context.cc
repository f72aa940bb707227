#include "sim/world/planted/wrong_context.h"

#include <algorithm>

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

class ShiftedDirectory : public core::Directory {
 public:
  ShiftedDirectory(const core::Directory* truth, uint32_t peers) : truth_(*truth) {
    ids_.reserve(peers);
    for (uint32_t peer = 0; peer < peers; ++peer) {
      ids_.push_back(truth_.NodeIdOf({peer}));
      ids_.back().FlipBit(kWrongBit);
    }
  }

  const core::NodeId& NodeIdOf(core::PeerId peer) const override { return ids_[peer.value]; }

  const core::PublicKey& PublicKeyOf(core::PeerId peer) const override {
    return truth_.PublicKeyOf(peer);
  }

  void AppendAddresses(core::PeerId peer, core::AddressList& addresses) const override {
    truth_.AppendAddresses(peer, addresses);
  }

  // Peers never learn by themselves: the codec does, and it has the true directory.
  core::PeerId Learn(const core::Contact&) override { return core::kNoPeer; }

  core::PeerId FindByNodeId(const core::NodeId& node_id) const override {
    core::NodeId true_id = node_id;
    true_id.FlipBit(kWrongBit);
    return truth_.FindByNodeId(true_id);
  }

 private:
  const core::Directory& truth_;
  std::vector<core::NodeId> ids_;
};

bool Names(std::span<const std::string> planted, const char* name) {
  return std::find(planted.begin(), planted.end(), name) != planted.end();
}

}  // namespace

WrongContext::WrongContext(const core::Context& truth, std::span<const std::string> planted,
                           uint32_t peers)
    : context_(truth) {
  if (Names(planted, "forged-records")) {
    suite_ = std::make_unique<BlindSuite>(truth.suite);
    context_.suite = suite_.get();
  }
  if (Names(planted, "shifted-key")) {
    directory_ = std::make_unique<ShiftedDirectory>(truth.directory, peers);
    context_.directory = directory_.get();
  }
}

WrongContext::~WrongContext() = default;

}  // namespace sim
