// Parts of data sets.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/aligned.h"
#include "base/random.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe {

namespace {

struct Part {
  base::AlignedArray<std::uint8_t> features;
  std::vector<std::int32_t> labels, lengths;
};

// The rows of each class that is wanted, at most `most` of each, in the order they stand in.
std::vector<std::uint32_t> choose(const Examples& from, const std::vector<std::int32_t>& number_of,
                                  std::size_t classes, std::size_t most, std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> rows(classes);
  for (std::size_t row = 0; row < from.features.rows; ++row) {
    const std::int32_t number = number_of[static_cast<std::size_t>(from.labels[row])];
    if (number >= 0)
      rows[static_cast<std::size_t>(number)].push_back(static_cast<std::uint32_t>(row));
  }
  std::vector<std::uint32_t> all;
  for (std::size_t c = 0; c < classes; ++c) {
    std::vector<std::uint32_t>& own = rows[c];
    if (most != 0 && own.size() > most) {
      base::Rng random(
          seed, base::make_stream(base::StreamPurpose::sample, static_cast<std::uint32_t>(c + 1)));
      for (std::size_t i = own.size(); i > 1; --i)
        std::swap(own[i - 1], own[random.below(static_cast<std::uint32_t>(i))]);
      own.resize(most);
    }
    all.insert(all.end(), own.begin(), own.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

Examples copy(const Examples& from, const std::vector<std::uint32_t>& rows,
              const std::vector<std::int32_t>& number_of, std::size_t classes, Part& part) {
  const std::size_t bytes = from.features.columns * size_of(from.features.type);
  part.features = base::AlignedArray<std::uint8_t>(std::max<std::size_t>(1, rows.size() * bytes));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(part.features.data() + i * bytes, from.features.row(rows[i]), bytes);
    part.labels.push_back(number_of[static_cast<std::size_t>(from.labels[rows[i]])]);
    if (from.features.lengths != nullptr) part.lengths.push_back(from.features.lengths[rows[i]]);
  }
  Examples result;
  result.features = from.features;
  result.features.data = part.features.data();
  result.features.rows = rows.size();
  result.features.row_stride = bytes;
  result.features.starts = nullptr;
  if (from.features.lengths != nullptr) result.features.lengths = part.lengths.data();
  result.labels = part.labels.data();
  result.classes = classes;
  return result;
}

// `number_of`: the new number of each class of the data, -1 for none.
Dataset renumber(const Dataset& data, const std::vector<std::int32_t>& number_of,
                 std::vector<std::string> names, std::size_t per_class, std::uint64_t seed) {
  Dataset result = data;
  result.class_names = std::move(names);
  const std::size_t classes = result.class_names.size();
  const auto parts = std::make_shared<std::pair<Part, Part>>();
  result.train = copy(data.train, choose(data.train, number_of, classes, per_class, seed),
                      number_of, classes, parts->first);
  result.test = copy(data.test, choose(data.test, number_of, classes, 0, seed), number_of, classes,
                     parts->second);
  result.memory = parts;
  return result;
}

}  // namespace

Dataset select_classes(const Dataset& data, const std::vector<std::size_t>& classes,
                       std::size_t per_class, std::uint64_t seed) {
  const std::size_t known = data.class_names.size();
  std::vector<std::int32_t> number_of(known, -1);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] >= known || number_of[classes[i]] >= 0)
      throw Error(ErrorKind::usage,
                  fmt::format("class {} is not there, or named twice", classes[i]), "--classes",
                  known == 0 ? "data with classes" : fmt::format("from 0 to {}", known - 1));
    number_of[classes[i]] = static_cast<std::int32_t>(i);
    names.push_back(data.class_names[classes[i]]);
  }
  return renumber(data, number_of, std::move(names), per_class, seed);
}

Dataset select_classes(const Dataset& data, const std::vector<std::string>& names) {
  std::vector<std::int32_t> number_of;
  for (const std::string& name : data.class_names) {
    const auto at = std::ranges::find(names, name);
    number_of.push_back(at == names.end() ? -1 : static_cast<std::int32_t>(at - names.begin()));
  }
  return renumber(data, number_of, names, 0, 1);
}

}  // namespace lithe
