// Digests of bytes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace lithe::data {

// A digest of bytes that come piece by piece. It finds damage; nothing secret depends on it.
class Digest {
 public:
  enum class Kind { sha256, md5 };
  explicit Digest(Kind kind);
  void add(std::span<const std::uint8_t> bytes);
  std::string finish();  // hexadecimal, lower case

 private:
  static constexpr std::size_t kBlock = 64;
  void add_block(const std::uint8_t* block);

  Kind kind_;
  std::array<std::uint32_t, 8> state_;       // MD5 has four
  std::array<std::uint8_t, kBlock> open_{};  // the bytes after the last whole block
  std::uint64_t length_ = 0;                 // of all bytes
};

// SHA-256, hexadecimal.
std::string sha256(std::span<const std::uint8_t> bytes);

}  // namespace lithe::data
