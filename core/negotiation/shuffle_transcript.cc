#include "core/negotiation/shuffle_transcript.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/base/words.h"
#include "core/codec/canonical.h"

namespace core {
namespace {

constexpr std::string_view kCommitsDomain = "vt/shuffle/commits/1";
constexpr std::string_view kViewDomain = "vt/shuffle/view/1";
constexpr std::string_view kOrderLabel = "order";

constexpr size_t kRevealedBytes = 32;

bool AreOfSize(const ShuffleStatement& statement, size_t count, size_t size) {
  return statement.items.size() == count &&
         std::all_of(statement.items.begin(), statement.items.end(),
                     [size](const auto& item) { return item.size() == size; });
}

GroupElement ElementIn(const std::vector<uint8_t>& item) {
  GroupElement element;
  CHECK(item.size() == element.size());
  std::copy(item.begin(), item.end(), element.begin());
  return element;
}

bool HasEqualItems(std::vector<std::vector<uint8_t>> items) {
  std::sort(items.begin(), items.end());
  return std::adjacent_find(items.begin(), items.end()) != items.end();
}

// What is wrong with a statement whatever else was said.
std::optional<ShuffleFault> FaultOfShape(const ShuffleStatement& statement, size_t members,
                                         const Sealing& sealing) {
  const size_t count = statement.items.size();
  bool shaped = false;
  switch (statement.step) {
    case ShuffleStep::kCommit:
      shaped = AreOfSize(statement, 2, sizeof(GroupElement)) &&
               sealing.IsKey(ElementIn(statement.items[1])) && statement.about == Digest256{};
      break;
    case ShuffleStep::kReveal:
      shaped = AreOfSize(statement, 1, kRevealedBytes);
      break;
    case ShuffleStep::kPass:
      shaped = count > 0 && count <= members &&
               AreOfSize(statement, count,
                         kSealedRecordBytes + LayersLeft(members, count) * kLayerBytes);
      if (shaped && HasEqualItems(statement.items)) return ShuffleFault::kDuplicated;
      break;
    case ShuffleStep::kDisclose:
    case ShuffleStep::kUnveil:
      shaped = AreOfSize(statement, 1, sizeof(GroupElement));
      break;
    case ShuffleStep::kEndorse:
    case ShuffleStep::kObject:
      shaped = count == 0;
      break;
  }
  return shaped ? std::nullopt : std::optional(ShuffleFault::kMalformed);
}

}  // namespace

std::string_view NameOf(ShuffleFault fault) {
  switch (fault) {
    case ShuffleFault::kSilent:
      return "silent";
    case ShuffleFault::kEquivocated:
      return "equivocated";
    case ShuffleFault::kMalformed:
      return "malformed";
    case ShuffleFault::kBrokeCommitment:
      return "broke_commitment";
    case ShuffleFault::kWrongSecret:
      return "wrong_secret";
    case ShuffleFault::kContradicted:
      return "contradicted";
    case ShuffleFault::kMiscounted:
      return "miscounted";
    case ShuffleFault::kReplaced:
      return "replaced";
    case ShuffleFault::kDuplicated:
      return "duplicated";
    case ShuffleFault::kBadLayer:
      return "bad_layer";
    case ShuffleFault::kFalseObjection:
      return "false_objection";
  }
  return "?";
}

GroupSecret SecretIn(const ShuffleStatement& statement) {
  GroupSecret secret;
  CHECK(statement.items.size() == 1 && statement.items[0].size() == secret.bytes().size());
  std::copy(statement.items[0].begin(), statement.items[0].end(), secret.bytes().begin());
  return secret;
}

ShuffleTranscript::ShuffleTranscript(const ShuffleCrypto& crypto, ShuffleTerms terms)
    : crypto_(crypto), terms_(std::move(terms)), digest_(DigestOf(*crypto_.suite, terms_)) {
  for (auto& of_step : first_) of_step.fill(kNone);
}

Status ShuffleTranscript::Add(const ShuffleStatement& statement) {
  const auto step = static_cast<size_t>(statement.step);
  if (statement.member >= members() || step < 1 || step > kShuffleSteps) {
    return InvalidArgument("shuffle statement: of no member or of no step");
  }
  uint8_t& first = first_[step - 1][statement.member];
  // Against a member with an offence nothing more is needed, and what it sends takes no room.
  const bool known = first != kNone && statements_[first].about == statement.about &&
                     statements_[first].items == statement.items;
  if (known || (offence_.has_value() && first != kNone)) return {};
  const std::vector<uint8_t> bytes = SigningBytesOf(digest_, statement);
  if (!crypto_.suite->Verify(terms_.members[statement.member].registrant, bytes,
                             statement.signature)) {
    return InvalidArgument("shuffle statement: not signed by its member");
  }
  statements_.push_back(statement);
  digests_.push_back(crypto_.suite->Sha256(bytes));
  const bool differs = first != kNone;
  if (!differs) first = static_cast<uint8_t>(statements_.size() - 1);
  const auto fault = differs ? std::optional(ShuffleFault::kEquivocated) : FaultOf(statement);
  if (fault.has_value() && !offence_.has_value()) {
    offence_ = ShuffleOffence{statement.member, statement.step, *fault};
  }
  if (!offence_.has_value() && order_.empty()) FindOrder();
  return {};
}

const ShuffleStatement* ShuffleTranscript::Find(ShuffleStep step, size_t member) const {
  const uint8_t at = first_[static_cast<size_t>(step) - 1][member];
  return at == kNone ? nullptr : &statements_[at];
}

bool ShuffleTranscript::BreaksCommitment(size_t member) const {
  const ShuffleStatement* commit = Find(ShuffleStep::kCommit, member);
  const ShuffleStatement* reveal = Find(ShuffleStep::kReveal, member);
  return commit != nullptr && reveal != nullptr &&
         CommitmentTo(*crypto_.suite, digest_, static_cast<uint8_t>(member), reveal->items[0]) !=
             ElementIn(commit->items[0]);
}

bool ShuffleTranscript::UnveilsAnother(size_t member) const {
  const ShuffleStatement* unveil = Find(ShuffleStep::kUnveil, member);
  return Find(ShuffleStep::kCommit, member) != nullptr && unveil != nullptr &&
         !crypto_.sealing->IsSecretOf(OnionKeyOf(member), SecretIn(*unveil));
}

std::optional<ShuffleFault> ShuffleTranscript::FaultOf(const ShuffleStatement& statement) const {
  const auto fault = FaultOfShape(statement, members(), *crypto_.sealing);
  if (fault.has_value() || offence_.has_value()) return fault;
  const size_t member = statement.member;
  switch (statement.step) {
    case ShuffleStep::kCommit:
    case ShuffleStep::kReveal:
    case ShuffleStep::kUnveil:
      if (BreaksCommitment(member)) return ShuffleFault::kBrokeCommitment;
      if (UnveilsAnother(member)) return ShuffleFault::kWrongSecret;
      break;
    case ShuffleStep::kDisclose:
      if (!crypto_.sealing->IsSecretOf(terms_.members[member].key, SecretIn(statement))) {
        return ShuffleFault::kWrongSecret;
      }
      break;
    case ShuffleStep::kEndorse:
    case ShuffleStep::kObject:
      if (Find(ShuffleStep::kEndorse, member) != nullptr &&
          Find(ShuffleStep::kObject, member) != nullptr) {
        return ShuffleFault::kContradicted;
      }
      break;
    case ShuffleStep::kPass:
      break;
  }
  return {};
}

std::optional<Digest256> ShuffleTranscript::Commits() const {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kCommitsDomain);
  for (const uint8_t at : std::span(first_[0]).first(members())) {
    if (at == kNone) return {};
    writer.Fixed(digests_[at]);
  }
  return crypto_.suite->Sha256(bytes);
}

void ShuffleTranscript::FindOrder() {
  const auto commits = Commits();
  if (!commits.has_value()) return;
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kViewDomain);
  writer.Fixed(*commits);
  for (size_t member = 0; member < members(); ++member) {
    const ShuffleStatement* reveal = Find(ShuffleStep::kReveal, member);
    if (reveal == nullptr || reveal->about != *commits) return;
    writer.Fixed(reveal->items[0]);
  }
  view_ = crypto_.suite->Sha256(bytes);
  for (size_t member = 0; member < members(); ++member) {
    order_.push_back(static_cast<uint8_t>(member));
  }
  for (size_t i = members(); i > 1; --i) {
    const DrawnBytes drawn = Draw(view_, kOrderLabel, i);
    std::swap(order_[i - 1], order_[Reduce(LoadWord<std::endian::little>(drawn.data()), i)]);
  }
}

std::optional<Digest256> ShuffleTranscript::AboutReveals() const {
  return order_.empty() ? std::nullopt : std::optional(view_);
}

std::optional<Digest256> ShuffleTranscript::AboutPass(size_t place) const {
  if (place >= order_.size()) return {};
  const uint8_t at = first_[static_cast<size_t>(ShuffleStep::kPass) - 1][order_[place]];
  return at == kNone ? std::nullopt : std::optional(digests_[at]);
}

const ShuffleStatement* ShuffleTranscript::PassAt(size_t place) const {
  const ShuffleStatement* pass = Find(ShuffleStep::kPass, order_[place]);
  const auto about = place == 0 ? AboutReveals() : AboutPass(place - 1);
  return pass != nullptr && about.has_value() && pass->about == *about ? pass : nullptr;
}

bool ShuffleTranscript::HasObjectedTo(size_t place, uint8_t member) const {
  const ShuffleStatement* objection = Find(ShuffleStep::kObject, member);
  const bool last = place + 1 == order_.size();
  return objection != nullptr && (last || order_[place + 1] == member) &&
         AboutPass(place) == objection->about;
}

bool ShuffleTranscript::Objected() const {
  for (size_t place = 0; place < order_.size(); ++place) {
    for (const uint8_t member : order_) {
      if (HasObjectedTo(place, member)) return true;
    }
  }
  return false;
}

GroupElement ShuffleTranscript::OnionKeyOf(size_t member) const {
  const ShuffleStatement* commit = Find(ShuffleStep::kCommit, member);
  CHECK(commit != nullptr);
  return ElementIn(commit->items[1]);
}

}  // namespace core
