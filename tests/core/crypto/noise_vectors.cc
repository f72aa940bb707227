// Runs the published vectors of our Noise protocol from the JSON file named on the command line:
//   noise_vectors FILE
// Every message is written by one side and read by the other, transport messages too; each
// ciphertext, each payload and the handshake hash must be the published ones. The form of the file:
// tests/core/crypto/vectors/README.md.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/crypto/noise.h"
#include "tests/core/codec/frames.h"
#include "tests/core/crypto/hex.h"

namespace {

using Bytes = std::vector<uint8_t>;
using Json = nlohmann::json;

constexpr size_t kHandshakeMessages = 3;

// Missing fields read as empty text; what is no hex of the right size ends in a failed vector.
std::string TextIn(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool KeyIn(const Json& vector, const char* name, core::NoiseKey& key) {
  const Bytes bytes = core::BytesOfHex(TextIn(vector, name));
  if (bytes.size() != core::kNoiseKeyBytes) return false;
  std::copy(bytes.begin(), bytes.end(), key.bytes().begin());
  return true;
}

// One side of a conversation, through the handshake and behind it.
class Side {
 public:
  Side(core::NoiseRole role, const Bytes& prologue, core::DhKeyPair own_static,
       core::DhKeyPair ephemeral)
      : static_(std::move(own_static)), noise_(role, prologue, static_, std::move(ephemeral)) {}

  bool Write(bool handshake, const Bytes& payload, Bytes& out) {
    if (handshake) return noise_.MustWrite() && noise_.Write(payload, out).ok();
    out.resize(payload.size() + core::kNoiseTagBytes);
    return ciphers_.send.Encrypt({}, payload, out.data()).ok();
  }

  bool Read(bool handshake, const Bytes& message, Bytes& payload) {
    if (handshake) return noise_.Read(message, payload).ok();
    if (message.size() < core::kNoiseTagBytes) return false;
    payload.resize(message.size() - core::kNoiseTagBytes);
    return ciphers_.receive.Decrypt({}, message, payload.data()).ok();
  }

  // False when the handshake is not over after its three messages.
  bool Finish() {
    if (!noise_.Finished()) return false;
    ciphers_ = noise_.Split();
    return true;
  }

  [[nodiscard]] std::string Hash() const { return core::HexOf(noise_.hash()); }

 private:
  core::DhKeyPair static_;
  core::NoiseHandshake noise_;
  core::NoiseCiphers ciphers_;
};

bool Exchange(Side& from, Side& to, const Json& message, bool handshake) {
  const Bytes payload = core::BytesOfHex(TextIn(message, "payload"));
  Bytes sent;
  Bytes received;
  return from.Write(handshake, payload, sent) &&
         core::HexOf(sent) == TextIn(message, "ciphertext") && to.Read(handshake, sent, received) &&
         received == payload;
}

// Empty when the vector passes, otherwise what failed.
std::string RunVector(const Json& vector) {
  core::NoiseKey keys[4];
  const char* names[] = {"init_static", "init_ephemeral", "resp_static", "resp_ephemeral"};
  for (int i = 0; i < 4; ++i) {
    if (!KeyIn(vector, names[i], keys[i])) return std::string(names[i]) + " is no key";
  }
  Side initiator(core::NoiseRole::kInitiator, core::BytesOfHex(TextIn(vector, "init_prologue")),
                 core::DhKeyPair(std::move(keys[0])), core::DhKeyPair(std::move(keys[1])));
  Side responder(core::NoiseRole::kResponder, core::BytesOfHex(TextIn(vector, "resp_prologue")),
                 core::DhKeyPair(std::move(keys[2])), core::DhKeyPair(std::move(keys[3])));
  const Json messages = vector.value("messages", Json::array());
  if (messages.size() < kHandshakeMessages) return "fewer than three messages";
  const std::string hash = TextIn(vector, "handshake_hash");
  for (size_t i = 0; i < messages.size(); ++i) {
    Side& from = i % 2 == 0 ? initiator : responder;
    Side& to = i % 2 == 0 ? responder : initiator;
    if (!Exchange(from, to, messages[i], i < kHandshakeMessages)) {
      return "message " + std::to_string(i + 1);
    }
    if (i + 1 < kHandshakeMessages) continue;
    if (i + 1 == kHandshakeMessages && !(initiator.Finish() && responder.Finish())) return "end";
    if (!hash.empty() && (initiator.Hash() != hash || responder.Hash() != hash)) {
      return "handshake_hash";
    }
  }
  return "";
}

int RunAll(const Json& vectors) {
  int ran = 0;
  int skipped = 0;
  int failed = 0;
  for (const Json& vector : vectors) {
    std::string name = TextIn(vector, "protocol_name");
    if (name.empty()) name = TextIn(vector, "name");
    if (name != core::kNoiseName) {
      ++skipped;
      continue;
    }
    ++ran;
    const std::string failure = RunVector(vector);
    if (failure.empty()) continue;
    ++failed;
    std::printf("vector %d: failed: %s\n", ran + skipped, failure.c_str());
  }
  std::printf("%s: %d ran, %d failed, %d skipped\n", std::string(core::kNoiseName).c_str(), ran,
              failed, skipped);
  return ran > 0 && failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: noise_vectors FILE\n");
    return 2;
  }
  std::ifstream file(argv[1]);
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("vectors") || !json["vectors"].is_array()) {
    std::fprintf(stderr, "%s: no JSON object with a list \"vectors\"\n", argv[1]);
    return 2;
  }
  return RunAll(json["vectors"]);
}
