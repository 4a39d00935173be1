#include "data/pictures/image_cache.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/digest.h"

namespace lithe::data {

namespace {

constexpr std::array<char, 8> kMagic = {'L', 'I', 'T', 'H', 'E', 'I', 'M', 'G'};
constexpr std::uint64_t kVersion = 3;
constexpr std::size_t kHeader = 80;
constexpr std::uint64_t kMostRows = std::uint64_t{1} << 32;

using Numbers = std::array<std::uint64_t, 9>;  // the last is the digest

static_assert(sizeof(kMagic) + sizeof(Numbers) == kHeader);

std::span<const std::uint8_t> bytes_of(std::span<const std::uint32_t> from) {
  return {reinterpret_cast<const std::uint8_t*>(from.data()), from.size_bytes()};
}

// `rows` is the digest of the pixels.
std::uint64_t whole_digest(std::uint64_t rows, std::span<const std::uint32_t> from,
                           const Numbers& numbers) {
  return base::digest_of({reinterpret_cast<const std::uint8_t*>(numbers.data()),
                          sizeof(Numbers) - sizeof(Numbers::value_type)},
                         base::digest_of(bytes_of(from), rows));
}

std::uint64_t digest_of_rows(const std::uint8_t* pixels, std::size_t rows, std::size_t row) {
  std::uint64_t digest = 0;
  for (std::size_t i = 0; i < rows; ++i) digest = base::digest_of({pixels + i * row, row}, digest);
  return digest;
}

}  // namespace

std::optional<ImageCache> parse_image_cache(std::span<const std::uint8_t> file) {
  if (file.size() < kHeader || !std::equal(kMagic.begin(), kMagic.end(), file.begin()))
    return std::nullopt;
  Numbers n;
  std::memcpy(n.data(), file.data() + kMagic.size(), sizeof n);
  const auto [version, train, test, height, width, channels, listed, reasons, digest] = n;
  const bool bounded = version == kVersion && train < kMostRows && test < kMostRows && height > 0 &&
                       width > 0 && width <= kMostFormPixels / height &&
                       (channels == 1 || channels == 3) && listed < kMostRows;
  if (!bounded) return std::nullopt;
  const std::uint64_t rows = train + test, row = height * width * channels;
  // A row takes less than 2^34 bytes and 4: the product could overflow, the quotient cannot.
  if (rows == 0 || rows > file.size() / (row + 4) || rows > listed) return std::nullopt;
  if (file.size() != kHeader + rows * (row + 4)) return std::nullopt;
  ImageCache cache{train, test, {height, width, channels}, listed, reasons, file.data() + kHeader,
                   {}};
  cache.from.resize(rows);
  std::memcpy(cache.from.data(), file.data() + kHeader + rows * row, rows * 4);
  for (std::size_t i = 0; i < rows; ++i)
    if (cache.from[i] >= listed || (i > 0 && cache.from[i] <= cache.from[i - 1]))
      return std::nullopt;
  if (digest != whole_digest(digest_of_rows(cache.pixels, rows, row), cache.from, n))
    return std::nullopt;
  return cache;
}

ImageCacheWriter::ImageCacheWriter(const std::filesystem::path& path) : file_(path) {
  file_.append(std::array<std::uint8_t, kHeader>{});
}

void ImageCacheWriter::append(std::uint32_t from, std::span<const std::uint8_t> pixels) {
  file_.append(pixels);
  digest_ = base::digest_of(pixels, digest_);
  from_.push_back(from);
}

void ImageCacheWriter::commit(std::size_t train, const ImageForm& form, std::size_t listed,
                              std::uint64_t reasons) {
  file_.append(bytes_of(from_));
  std::array<std::uint8_t, kHeader> header;
  Numbers numbers = {kVersion,    train,      from_.size() - train,
                     form.height, form.width, form.channels,
                     listed,      reasons,    0};
  numbers.back() = whole_digest(digest_, from_, numbers);
  std::memcpy(header.data(), kMagic.data(), kMagic.size());
  std::memcpy(header.data() + kMagic.size(), numbers.data(), sizeof numbers);
  file_.overwrite_start(header);
  file_.commit();
}

}  // namespace lithe::data
