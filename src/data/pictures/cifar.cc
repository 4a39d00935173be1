#include "data/pictures/cifar.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <vector>

#include "base/file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCifarSide = 32, kPlane = kCifarSide * kCifarSide, kChannels = 3;
constexpr std::size_t kPixels = kPlane * kChannels;
constexpr std::size_t kLargestFile = std::size_t{1} << 29;

struct Form {
  std::size_t classes, label_bytes;
  std::vector<std::string> train, test;  // files
  std::string names;
};

Form form_of(CifarKind kind) {
  if (kind == CifarKind::cifar100)
    return {100, 2, {"train.bin"}, {"test.bin"}, "fine_label_names.txt"};
  return {10,
          1,
          {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
           "data_batch_5.bin"},
          {"test_batch.bin"},
          "batches.meta.txt"};
}

// One name on each line. Numbers where there is no such file, or where its number of names is
// wrong.
std::vector<std::string> class_names(const fs::path& path, std::size_t classes) {
  std::vector<std::string> names;
  if (fs::is_regular_file(path)) {
    const auto bytes = base::read_file(path, std::size_t{1} << 16);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    for (std::string line; std::getline(lines, line);) {
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
      if (!line.empty()) names.push_back(line);
    }
  }
  if (names.size() == classes) return names;
  names.clear();
  for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

CifarPart read_part(const fs::path& folder, const std::vector<std::string>& files, CifarKind kind) {
  std::vector<CifarPart> parts;
  std::size_t rows = 0;
  for (const std::string& file : files) {
    const fs::path path = folder / file;
    parts.push_back(parse_cifar(base::read_file(path, kLargestFile), kind, path.string()));
    rows += parts.back().labels.size();
  }
  CifarPart whole{base::AlignedArray<std::uint8_t>(rows * kPixels),
                  base::AlignedArray<std::int32_t>(rows)};
  std::size_t done = 0;
  for (const CifarPart& part : parts) {
    std::copy_n(part.pixels.data(), part.pixels.size(), whole.pixels.data() + done * kPixels);
    std::copy_n(part.labels.data(), part.labels.size(), whole.labels.data() + done);
    done += part.labels.size();
  }
  return whole;
}

Examples view(const CifarPart& part, std::size_t classes) {
  return {.features = {part.pixels.data(), ElementType::uint8, part.labels.size(), kPixels, kPixels,
                       255},
          .labels = part.labels.data(),
          .classes = classes};
}

}  // namespace

CifarPart parse_cifar(std::span<const std::uint8_t> file, CifarKind kind, const std::string& name) {
  const Form form = form_of(kind);
  const std::size_t record = form.label_bytes + kPixels;
  if (file.empty() || file.size() % record != 0)
    throw Error(ErrorKind::data,
                fmt::format("{} bytes, which is not a whole number of pictures of {} bytes",
                            file.size(), record),
                name, "fetch the file anew: it is cut short, or no binary file of CIFAR");
  const std::size_t rows = file.size() / record;
  CifarPart part{base::AlignedArray<std::uint8_t>(rows * kPixels),
                 base::AlignedArray<std::int32_t>(rows)};
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint8_t* const from = file.data() + row * record;
    const std::uint8_t label = from[form.label_bytes - 1];
    if (label >= form.classes)
      throw Error(ErrorKind::data,
                  fmt::format("picture {} has class {}, of {}", row, label, form.classes), name,
                  "fetch the file anew: it is damaged, or no binary file of CIFAR");
    part.labels[row] = label;
    for (std::size_t i = 0; i < kPlane; ++i)
      for (std::size_t c = 0; c < kChannels; ++c)
        part.pixels[row * kPixels + i * kChannels + c] = from[form.label_bytes + c * kPlane + i];
  }
  return part;
}

bool is_cifar_folder(const fs::path& folder) {
  std::error_code unreadable;
  const auto has = [&](const char* file) { return fs::is_regular_file(folder / file, unreadable); };
  return has("test_batch.bin") || has("data_batch_1.bin") || (has("train.bin") && has("test.bin"));
}

Dataset load_cifar_folder(const fs::path& folder) {
  const CifarKind kind =
      fs::is_regular_file(folder / "train.bin") ? CifarKind::cifar100 : CifarKind::cifar10;
  const Form form = form_of(kind);
  struct Parts {
    CifarPart train, test;
  };
  const auto parts = std::make_shared<Parts>(
      Parts{read_part(folder, form.train, kind), read_part(folder, form.test, kind)});
  Dataset result;
  result.name = folder.string();
  result.shape = {kCifarSide, kCifarSide, kChannels};
  result.class_names = class_names(folder / form.names, form.classes);
  result.train = view(parts->train, form.classes);
  result.test = view(parts->test, form.classes);
  result.memory = parts;
  return result;
}

}  // namespace lithe::data
