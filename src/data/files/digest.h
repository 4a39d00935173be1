// Digests of bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace lithe::data {

// A digest of bytes that come piece by piece. Throws Error(machine) where OpenSSL refuses it.
class Digest {
 public:
  enum class Kind { sha256, md5 };
  explicit Digest(Kind kind);
  void add(std::span<const std::uint8_t> bytes);
  std::string finish();  // hexadecimal, lower case

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

// SHA-256, hexadecimal.
std::string sha256(std::span<const std::uint8_t> bytes);

}  // namespace lithe::data
