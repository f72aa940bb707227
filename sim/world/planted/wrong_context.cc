#include "sim/world/planted/wrong_context.h"

#include <algorithm>
#include <iterator>

#include "core/codec/canonical.h"

namespace sim {
namespace {

constexpr int kWrongBit = 3;

// What is right unless a bug says otherwise.
class TrueSuite : public core::Suite {
 public:
  explicit TrueSuite(const core::Suite* truth) : truth_(*truth) {}

  core::PublicKey PublicKeyFor(const core::SecretKey& secret) const override {
    return truth_.PublicKeyFor(secret);
  }

  core::Signature Sign(const core::SecretKey& secret,
                       std::span<const uint8_t> bytes) const override {
    return truth_.Sign(secret, bytes);
  }

  bool Verify(const core::PublicKey& key, std::span<const uint8_t> bytes,
              const core::Signature& signature) const override {
    return truth_.Verify(key, bytes, signature);
  }

  core::Digest256 Sha256(std::span<const uint8_t> bytes) const override {
    return truth_.Sha256(bytes);
  }

 private:
  const core::Suite& truth_;
};

class BlindSuite : public TrueSuite {
 public:
  using TrueSuite::TrueSuite;

  bool Verify(const core::PublicKey&, std::span<const uint8_t>,
              const core::Signature&) const override {
    return true;
  }
};

// Cids of vote blocks that cover their voters alone.
class VotelessCidSuite : public TrueSuite {
 public:
  using TrueSuite::TrueSuite;

  core::Digest256 Sha256(std::span<const uint8_t> bytes) const override {
    constexpr size_t kNonceBytes = 32;
    core::CanonicalReader lists(bytes);
    lists.Literal(core::kVoteListsDomain);
    (void)lists.Key();
    for (uint32_t voters = lists.U32(); voters > 0 && lists.ok(); --voters) {
      (void)lists.Key();
      (void)lists.Text(bytes.size());
    }
    const uint32_t votes = lists.U32();
    if (!lists.ok() || votes == 0) return TrueSuite::Sha256(bytes);
    size_t tail = 0;
    for (; lists.ok() && !lists.Finished(); tail += kNonceBytes) {
      (void)lists.Key();
      tail += sizeof(uint32_t) + lists.Text(bytes.size()).size();
    }
    return TrueSuite::Sha256(lists.ok() ? bytes.first(bytes.size() - tail) : bytes);
  }
};

class ShortHashSuite : public TrueSuite {
 public:
  explicit ShortHashSuite(const core::Suite* truth) : TrueSuite(truth) {
    core::ContentBytes({}, content_);
    content_.resize(content_.size() - kLengthBytes);
  }

  core::Digest256 Sha256(std::span<const uint8_t> bytes) const override {
    const bool content = bytes.size() > content_.size() + kLengthBytes &&
                         std::equal(content_.begin(), content_.end(), bytes.begin());
    return TrueSuite::Sha256(content ? bytes.first(bytes.size() - 1) : bytes);
  }

 private:
  static constexpr size_t kLengthBytes = 4;  // Of a content, before it.

  core::Bytes content_;  // How the bytes of every content begin.
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

// Their lies would not pass anybody who verifies.
constexpr const char* kBlinding[] = {"forged-records",   "renamed-copies",    "false-ancestry",
                                     "reused-ids",       "misread-commit",    "buried-alive",
                                     "skipped-sequence", "hasty-coordinator", "replayed-pends"};

struct WrongParameter {
  const char* bug;
  void (*set)(core::Config& config);
};

constexpr WrongParameter kWrongParameters[] = {
    {"early-burial", [](auto& config) { config.transactions.tombstone_ttl = core::Seconds(30); }},
    {"brief-locks",
     [](auto& config) { config.transactions.reservation_ttl = core::Milliseconds(1); }},
    {"short-count", [](auto& config) { config.transactions.approve_percent = 60; }},
    {"no-floor", [](auto& config) { config.arachnode.floor = 0; }},
    {"hasty-moves", [](auto& config) { config.arachnode.dwell = core::Duration{}; }},
    {"restless", [](auto& config) { config.arachnode.overlap_low = 30; }},
    {"lone-witness", [](auto& config) { config.arachnode.floor = 1; }},
    {"aborting-thirds", [](auto& config) { config.negotiation.fresh_records = false; }},
    {"old-records", [](auto& config) { config.negotiation.fresh_records = false; }},
    {"town-criers",
     [](auto& config) { config.negotiation.present_interval = core::Milliseconds(20); }}};

}  // namespace

WrongContext::WrongContext(const core::Context& truth, std::span<const std::string> planted,
                           uint32_t peers)
    : context_(truth) {
  const bool blind = std::any_of(std::begin(kBlinding), std::end(kBlinding),
                                 [&](const char* bug) { return Names(planted, bug); });
  if (blind) suite_ = std::make_unique<BlindSuite>(truth.suite);
  if (Names(planted, "short-hash")) suite_ = std::make_unique<ShortHashSuite>(truth.suite);
  if (Names(planted, "torn-lists")) suite_ = std::make_unique<VotelessCidSuite>(truth.suite);
  if (suite_ != nullptr) context_.suite = suite_.get();
  if (Names(planted, "shifted-key")) {
    directory_ = std::make_unique<ShiftedDirectory>(truth.directory, peers);
    context_.directory = directory_.get();
  }
  for (const WrongParameter& parameter : kWrongParameters) {
    if (!Names(planted, parameter.bug)) continue;
    if (config_ == nullptr) config_ = std::make_unique<core::Config>(*truth.config);
    parameter.set(*config_);
    context_.config = config_.get();
  }
}

WrongContext::~WrongContext() = default;

}  // namespace sim
