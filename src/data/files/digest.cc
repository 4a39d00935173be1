// SHA-256 by FIPS 180-4, MD5 by RFC 1321.
#include "data/files/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace lithe::data {

namespace {

using Word = std::uint32_t;

// The fractional parts of the cube roots of the first 64 primes.
constexpr std::array<Word, 64> kSha256{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// The fractional parts of the square roots of the first eight primes.
constexpr std::array<Word, 8> kSha256Start{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
constexpr std::array<Word, 8> kMd5Start{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

Word big_endian(const std::uint8_t* bytes) {
  return Word{bytes[0]} << 24 | Word{bytes[1]} << 16 | Word{bytes[2]} << 8 | Word{bytes[3]};
}

Word little_endian(const std::uint8_t* bytes) {
  return Word{bytes[3]} << 24 | Word{bytes[2]} << 16 | Word{bytes[1]} << 8 | Word{bytes[0]};
}

void add_sha256(std::array<Word, 8>& state, const std::uint8_t* block) {
  using std::rotr;
  std::array<Word, 64> w;
  for (std::size_t i = 0; i < 16; ++i) w[i] = big_endian(block + 4 * i);
  for (std::size_t i = 16; i < 64; ++i) {
    const Word before = w[i - 15], after = w[i - 2];
    w[i] = w[i - 16] + (rotr(before, 7) ^ rotr(before, 18) ^ before >> 3) + w[i - 7] +
           (rotr(after, 17) ^ rotr(after, 19) ^ after >> 10);
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const Word chosen = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c);
    const Word one = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + chosen + kSha256[i] + w[i];
    const Word two = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority;
    h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
  }
  const std::array<Word, 8> sums{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += sums[i];
}

// |sin(1)|, |sin(2)|, ... times 2^32.
std::array<Word, 64> md5_constants() {
  std::array<Word, 64> constants;
  for (std::size_t i = 0; i < 64; ++i)
    constants[i] =
        static_cast<Word>(std::ldexp(std::fabs(std::sin(static_cast<double>(i + 1))), 32));
  return constants;
}

void add_md5(std::array<Word, 8>& state, const std::uint8_t* block) {
  static const std::array<Word, 64> constants = md5_constants();
  constexpr int kTurns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  Word a = state[0], b = state[1], c = state[2], d = state[3];
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    const std::size_t places[4] = {i, 5 * i + 1, 3 * i + 5, 7 * i};
    const Word mixed[4] = {(b & c) | (~b & d), (b & d) | (c & ~d), b ^ c ^ d, c ^ (b | ~d)};
    const Word sum =
        a + mixed[round] + constants[i] + little_endian(block + 4 * (places[round] % 16));
    a = d, d = c, c = b, b += std::rotl(sum, kTurns[round][i % 4]);
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

}  // namespace

Digest::Digest(Kind kind) : kind_(kind), state_(kind == Kind::sha256 ? kSha256Start : kMd5Start) {}

void Digest::add_block(const std::uint8_t* block) {
  if (kind_ == Kind::sha256)
    add_sha256(state_, block);
  else
    add_md5(state_, block);
}

void Digest::add(std::span<const std::uint8_t> bytes) {
  const std::size_t filled = length_ % kBlock;
  length_ += bytes.size();
  if (filled > 0) {
    const std::size_t taken = std::min(bytes.size(), kBlock - filled);
    std::copy_n(bytes.begin(), taken, open_.begin() + filled);
    bytes = bytes.subspan(taken);
    if (filled + taken < kBlock) return;
    add_block(open_.data());
  }
  for (; bytes.size() >= kBlock; bytes = bytes.subspan(kBlock)) add_block(bytes.data());
  std::copy(bytes.begin(), bytes.end(), open_.begin());
}

// After the bytes come a 1, zeros, and the number of bits, which end a block.
std::string Digest::finish() {
  const bool sha = kind_ == Kind::sha256;
  const std::uint64_t bits = 8 * length_;
  constexpr std::size_t kLength = 8;
  std::array<std::uint8_t, 2 * kBlock> end{0x80};
  const std::size_t zeros = (2 * kBlock - kLength - 1 - length_ % kBlock) % kBlock;
  for (std::size_t i = 0; i < kLength; ++i)
    end[1 + zeros + i] = static_cast<std::uint8_t>(bits >> 8 * (sha ? kLength - 1 - i : i));
  add(std::span(end).first(1 + zeros + kLength));
  std::string text;
  for (std::size_t i = 0; i < (sha ? 32 : 16); ++i) {
    const std::size_t byte = sha ? 3 - i % 4 : i % 4;
    text += fmt::format("{:02x}", state_[i / 4] >> 8 * byte & 0xff);
  }
  return text;
}

std::string sha256(std::span<const std::uint8_t> bytes) {
  Digest digest(Digest::Kind::sha256);
  digest.add(bytes);
  return digest.finish();
}

}  // namespace lithe::data
