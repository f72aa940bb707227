#include "node/host/key_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/handshake/entropy.h"

namespace node {
namespace {

constexpr std::string_view kFirstLine = "orbweaver-key 1\n";
constexpr std::string_view kNode = "node ";
constexpr std::string_view kSecret = "secret ";
constexpr size_t kHexBytes = 64;
constexpr size_t kFileBytes =
    kFirstLine.size() + kNode.size() + kHexBytes + 1 + kSecret.size() + kHexBytes + 1;
constexpr size_t kNodeAt = kFirstLine.size() + kNode.size();
constexpr size_t kSecretAt = kNodeAt + kHexBytes + 1 + kSecret.size();

// The text of the file, wiped at its end.
struct KeyText {
  std::array<char, kFileBytes + 1> bytes{};  // One more, to see that the file is longer.

  ~KeyText() { sodium_memzero(bytes.data(), bytes.size()); }
};

struct Descriptor {
  int value = -1;

  ~Descriptor() {
    if (value >= 0) close(value);
  }
};

std::string Described(const std::filesystem::path& file) {
  return "key file " + file.string() + ": ";
}

core::Status Failed(const std::filesystem::path& file, std::string_view doing, int error) {
  const std::string text =
      Described(file) + std::string(doing) + ": " + std::generic_category().message(error);
  if (error == ENOENT) return core::NotFound(text);
  if (error == EEXIST) return core::FailedPrecondition(text + "; a key is never replaced");
  if (error == ENOSPC || error == EDQUOT) return core::ResourceExhausted(text);
  return core::Unavailable(text);
}

// sodium_bin2hex ends its text with a zero; the next bytes are written behind it.
void PutHex(std::span<const uint8_t, 32> bytes, char* at) {
  std::array<char, kHexBytes + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  std::memcpy(at, hex.data(), kHexBytes);
  sodium_memzero(hex.data(), hex.size());
}

bool TakeHex(const char* at, std::span<uint8_t, 32> bytes) {
  size_t taken = 0;
  return sodium_hex2bin(bytes.data(), bytes.size(), at, kHexBytes, nullptr, &taken, nullptr) == 0 &&
         taken == bytes.size();
}

core::NodeId IdOf(const core::SecretKey& secret, const core::Suite& suite) {
  return {suite.Sha256(suite.PublicKeyFor(secret))};
}

void Compose(const core::SecretKey& secret, const core::NodeId& id, KeyText& text) {
  char* at = text.bytes.data();
  const auto put = [&at](std::string_view part) {
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  };
  put(kFirstLine);
  put(kNode);
  PutHex(id.bytes, at);
  at += kHexBytes;
  put("\n");
  put(kSecret);
  PutHex(secret.seed, at);
  at += kHexBytes;
  put("\n");
}

core::Status WriteAll(const std::filesystem::path& file, int descriptor, const KeyText& text) {
  size_t written = 0;
  while (written < kFileBytes) {
    const ssize_t count = write(descriptor, text.bytes.data() + written, kFileBytes - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(file, "write", errno);
    written += static_cast<size_t>(count);
  }
  if (fsync(descriptor) != 0) return Failed(file, "sync", errno);
  return absl::OkStatus();
}

core::Status SyncFolder(const std::filesystem::path& file) {
  const std::filesystem::path parent = file.parent_path().empty() ? "." : file.parent_path();
  const Descriptor folder{open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.value >= 0 && fsync(folder.value) == 0) return absl::OkStatus();
  return Failed(file, "sync the folder", errno);
}

std::string Octal(mode_t mode) {
  std::string digits = "0000";
  for (size_t i = 4; i-- > 0; mode >>= 3) digits[i] = static_cast<char>('0' + (mode & 7));
  return digits;
}

core::Status CheckOwner(const std::filesystem::path& file, const struct stat& found) {
  if (!S_ISREG(found.st_mode)) {
    return core::FailedPrecondition(Described(file) + "found no regular file, allowed only that");
  }
  if (found.st_uid != geteuid()) {
    return core::FailedPrecondition(
        Described(file) + "found owner " + std::to_string(found.st_uid) +
        ", allowed the user of this process, " + std::to_string(geteuid()));
  }
  const mode_t mode = found.st_mode & 07777;
  if ((mode & 0177) == 0) return absl::OkStatus();
  return core::FailedPrecondition(Described(file) + "found mode " + Octal(mode) +
                                  ", allowed 0600 or 0400: others could read the key, so consider "
                                  "it known");
}

core::Status Parse(const std::filesystem::path& file, const KeyText& text, size_t size,
                   const core::Suite& suite, core::SecretKey& secret) {
  if (size != kFileBytes) {
    return core::DataLoss(
        Described(file) + "found " +
        (size > kFileBytes ? "more than " + std::to_string(kFileBytes) : std::to_string(size)) +
        " bytes, allowed exactly " + std::to_string(kFileBytes));
  }
  const std::string_view all(text.bytes.data(), kFileBytes);
  if (!all.starts_with(kFirstLine)) {
    return core::DataLoss(Described(file) +
                          "found another first line, allowed \"orbweaver-key 1\"");
  }
  core::NodeId stated;
  const bool framed =
      all.substr(kFirstLine.size(), kNode.size()) == kNode &&
      all.substr(kSecretAt - kSecret.size() - 1, kSecret.size() + 1) == "\nsecret " &&
      all.back() == '\n';
  if (!framed || !TakeHex(all.data() + kNodeAt, stated.bytes) ||
      !TakeHex(all.data() + kSecretAt, secret.seed)) {
    return core::DataLoss(
        Described(file) +
        "found damaged lines, allowed \"node\" and \"secret\" with 64 hexadecimal "
        "digits each");
  }
  if (IdOf(secret, suite) == stated) return absl::OkStatus();
  return core::DataLoss(
      Described(file) +
      "found a secret that does not lead to the node id beside it: damaged; restore "
      "it from a copy, or make a new identity with `orbnode init`");
}

}  // namespace

// Written under another name, then linked: a link never replaces a file, and never shows half of one.
core::StatusOr<core::NodeId> CreateKeyFile(const std::filesystem::path& file,
                                           const core::Suite& suite) {
  core::SecretKey secret;
  FillRandom(secret.seed);
  const core::NodeId id = IdOf(secret, suite);
  KeyText text;
  Compose(secret, id, text);
  const std::string draft = file.string() + ".new";
  unlink(draft.c_str());
  const Descriptor descriptor{
      open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (descriptor.value < 0) return Failed(file, "create", errno);
  core::Status status = absl::OkStatus();
  if (fchmod(descriptor.value, 0600) != 0) status = Failed(file, "set the mode", errno);
  if (status.ok()) status = WriteAll(file, descriptor.value, text);
  if (status.ok() && link(draft.c_str(), file.c_str()) != 0) status = Failed(file, "create", errno);
  unlink(draft.c_str());
  if (status.ok()) status = SyncFolder(file);
  if (!status.ok()) return status;
  return id;
}

core::Status ReadKeyFile(const std::filesystem::path& file, const core::Suite& suite,
                         core::SecretKey& secret) {
  const Descriptor descriptor{open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.value < 0) return Failed(file, "open", errno);

  struct stat found {};

  if (fstat(descriptor.value, &found) != 0) return Failed(file, "look at", errno);
  RETURN_IF_ERROR(CheckOwner(file, found));
  KeyText text;
  size_t size = 0;
  while (size < text.bytes.size()) {
    const ssize_t count =
        read(descriptor.value, text.bytes.data() + size, text.bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(file, "read", errno);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  return Parse(file, text, size, suite, secret);
}

}  // namespace node
