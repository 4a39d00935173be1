#include "data/pictures/image_cache.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace lithe::data {

namespace {

constexpr std::array<char, 8> kMagic = {'L', 'I', 'T', 'H', 'E', 'I', 'M', 'G'};
constexpr std::uint64_t kVersion = 2;
constexpr std::size_t kHeader = 72;
constexpr std::uint64_t kMostRows = std::uint64_t{1} << 32;

using Numbers = std::array<std::uint64_t, 8>;

static_assert(sizeof(kMagic) + sizeof(Numbers) == kHeader);

}  // namespace

std::optional<ImageCache> parse_image_cache(std::span<const std::uint8_t> file) {
  if (file.size() < kHeader || !std::equal(kMagic.begin(), kMagic.end(), file.begin()))
    return std::nullopt;
  Numbers n;
  std::memcpy(n.data(), file.data() + kMagic.size(), sizeof n);
  const auto [version, train, test, height, width, channels, listed, reasons] = n;
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
  return cache;
}

ImageCacheWriter::ImageCacheWriter(const std::filesystem::path& path) : file_(path) {
  file_.append(std::array<std::uint8_t, kHeader>{});
}

void ImageCacheWriter::append(std::uint32_t from, std::span<const std::uint8_t> pixels) {
  file_.append(pixels);
  from_.push_back(from);
}

void ImageCacheWriter::commit(std::size_t train, const ImageForm& form, std::size_t listed,
                              std::uint64_t reasons) {
  file_.append({reinterpret_cast<const std::uint8_t*>(from_.data()), 4 * from_.size()});
  std::array<std::uint8_t, kHeader> header;
  const Numbers numbers = {kVersion,    train,      from_.size() - train,
                           form.height, form.width, form.channels,
                           listed,      reasons};
  std::memcpy(header.data(), kMagic.data(), kMagic.size());
  std::memcpy(header.data() + kMagic.size(), numbers.data(), sizeof numbers);
  file_.overwrite_start(header);
  file_.commit();
}

}  // namespace lithe::data
