#include "node/discovery/persisted_peers.h"

#include <algorithm>
#include <string>

#include "core/base/hash.h"
#include "core/codec/canonical.h"
#include "node/base/visible_text.h"

namespace node {
namespace {

constexpr std::string_view kDomain = "orb/peers/";
constexpr char kVersion = '1';
constexpr size_t kChecksumBytes = 16;
constexpr uint8_t kVerifiedFlag = 1;
constexpr uint8_t kTriedFlag = 2;
constexpr core::Duration kBanMax = core::Minutes(60) * 24 * 365 * 10;

core::Status Refuse(const std::string& found, const std::string& allowed) {
  return core::InvalidArgument("stored peers: found " + found + ", allowed " + allowed);
}

void WriteChecksum(std::span<const uint8_t> bytes, core::CanonicalWriter& out) {
  core::Hasher hasher;
  hasher.Add(bytes);
  const core::Fingerprint sum = hasher.Result();
  out.U64(sum.high);
  out.U64(sum.low);
}

void WriteEntry(const KnownPeer& peer, const Moment& now, core::CanonicalWriter& out) {
  out.Fixed(peer.endpoint.ip.bytes);
  out.U16(peer.endpoint.port);
  out.Key(peer.id);
  out.Fixed(peer.source.bytes);
  out.U8(static_cast<uint8_t>((peer.verified ? kVerifiedFlag : 0) | (peer.tried ? kTriedFlag : 0)));
  out.U32(peer.failures);
  out.I64(ToWall(peer.seen, now).us);
  out.I64(ToWall(peer.verified_at, now).us);
}

core::Status ReadEntry(core::CanonicalReader& in, const Moment& now, KnownPeer& peer) {
  in.Fixed(peer.endpoint.ip.bytes);
  peer.endpoint.port = in.U16();
  peer.id = in.Key();
  in.Fixed(peer.source.bytes);
  const uint8_t flags = in.U8();
  peer.verified = (flags & kVerifiedFlag) != 0;
  peer.tried = (flags & kTriedFlag) != 0;
  peer.failures = in.U32();
  // One microsecond more than the book keeps, so that what was too old stays too old.
  const core::Duration age_max = PeerBook::kAgeMax + core::Microseconds(1);
  peer.seen = RestoreTime({in.I64()}, now, age_max);
  peer.verified_at = RestoreTime({in.I64()}, now, age_max);
  peer.retry_at = now.steady;
  if (!in.ok()) return Refuse("fewer bytes than entries", "as many as counted");
  if (flags > (kVerifiedFlag | kTriedFlag)) return Refuse("a reserved flag", "flags 0 to 3");
  return absl::OkStatus();
}

core::Status ReadBan(core::CanonicalReader& in, const Moment& now, BanList& bans) {
  Ban ban;
  ban.id = in.Key();
  in.Fixed(ban.ip.bytes);
  const uint8_t reason = in.U8();
  const WallTime expires{in.I64()};
  if (!in.ok()) return Refuse("fewer bytes than bans", "as many as counted");
  if (reason == 0 || reason > kBanReasonMax) return Refuse("an unknown reason of a ban", "1 to 4");
  ban.reason = static_cast<BanReason>(reason);
  const WallTime kept = std::clamp(expires, now.wall, now.wall + kBanMax);
  ban.expires = now.steady + (kept - now.wall);
  bans.Add(ban, now.steady);
  return absl::OkStatus();
}

core::Status CheckEnvelope(std::span<const uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kDomain) || text.size() <= kDomain.size()) {
    return Refuse("bytes of something else", "\"orb/peers/\" at the start");
  }
  const char version = text[kDomain.size()];
  if (version != kVersion) {
    return Refuse("version " + Quoted(std::string_view(&version, 1)), "version \"1\"");
  }
  if (bytes.size() < kDomain.size() + 1 + kChecksumBytes) return Refuse("a cut end", "a checksum");
  std::vector<uint8_t> sum;
  core::CanonicalWriter writer(sum);
  WriteChecksum(bytes.first(bytes.size() - kChecksumBytes), writer);
  if (!std::equal(sum.begin(), sum.end(), bytes.end() - kChecksumBytes)) {
    return Refuse("damaged bytes", "bytes that match their checksum");
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<uint8_t> EncodePeers(const PeerBook& book, const BanList& bans, const Moment& now) {
  std::vector<uint8_t> bytes(kDomain.begin(), kDomain.end());
  core::CanonicalWriter out(bytes);
  out.U8(static_cast<uint8_t>(kVersion));
  out.Fixed(book.key().bytes);
  out.U32(static_cast<uint32_t>(book.size()));
  for (const KnownPeer& peer : book.All()) WriteEntry(peer, now, out);
  const std::vector<Ban> all = bans.All();
  out.U32(static_cast<uint32_t>(all.size()));
  for (const Ban& ban : all) {
    out.Key(ban.id);
    out.Fixed(ban.ip.bytes);
    out.U8(static_cast<uint8_t>(ban.reason));
    out.I64(ToWall(ban.expires, now).us);
  }
  const std::vector<uint8_t> before = bytes;
  WriteChecksum(before, out);
  return bytes;
}

core::StatusOr<PersistedPeers> DecodePeers(std::span<const uint8_t> bytes, const Moment& now) {
  RETURN_IF_ERROR(CheckEnvelope(bytes));
  core::CanonicalReader in(bytes.first(bytes.size() - kChecksumBytes));
  in.Literal(kDomain);
  static_cast<void>(in.U8());
  BucketKey key;
  in.Fixed(key.bytes);
  PersistedPeers peers{PeerBook(key), BanList()};
  const uint32_t entries = in.U32();
  for (uint32_t i = 0; i < entries; ++i) {
    KnownPeer peer;
    RETURN_IF_ERROR(ReadEntry(in, now, peer));
    if (!peers.book.Restore(peer)) return Refuse("an entry that cannot be there", "one per slot");
  }
  const uint32_t bans = in.U32();
  for (uint32_t i = 0; i < bans; ++i) RETURN_IF_ERROR(ReadBan(in, now, peers.bans));
  if (!in.Finished()) return Refuse("bytes behind the last ban", "the checksum");
  return peers;
}

}  // namespace node
