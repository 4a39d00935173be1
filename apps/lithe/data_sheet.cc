#include "data_sheet.h"

#include <fmt/format.h>

#include <numeric>

#include "augment/augment.h"
#include "base/aligned.h"
#include "catalogue/catalogue.h"
#include "data/pictures/contact_sheet.h"
#include "data/pictures/image_file.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "network/bind.h"
#include "terminal.h"

namespace lithe::app {

namespace {

constexpr std::size_t kSamples = 10;   // of a class
constexpr std::size_t kOriginals = 3;  // of a class, where augmentations are shown
constexpr std::size_t kVariants = 9;   // of an original
constexpr std::size_t kMostRows = 2000;

// Images of one data set as augmentations see them.
class Variants {
 public:
  Variants(const std::string& sentence, const Dataset& set, std::uint64_t seed)
      : augmenter_(network::read_sentence(sentence, network::Category::augmentation,
                                          catalogue::catalogue()),
                   set.shape, ElementType::uint8, set.train.features.divisor, seed),
        scratch_(augmenter_.scratch_bytes()) {}

  data::Image draw(const data::Image& image, std::uint64_t time, std::size_t row) {
    const std::vector<std::size_t>& shape = augmenter_.output_shape();
    data::Image result{shape[0], shape[1], {}, image.channels};
    result.pixels.resize(shape[0] * shape[1] * image.channels);
    augmenter_.run(image.pixels.data(), result.pixels.data(), time, static_cast<std::uint32_t>(row),
                   scratch_.data());
    return result;
  }

 private:
  augment::Augmenter augmenter_;
  base::AlignedArray<std::byte> scratch_;
};

// All pictures of a folder; of other data those to train on, or to test on where there are no
// others.
Dataset load_images(const DataChoice& choice) {
  Dataset set =
      is_picture_folder(choice.data)
          ? load_pictures(choice.data, choice.data_dir, choice.pictures,
                          form_asked_for(choice.pictures), {.test_share = 0, .for_training = false})
          : load_data(choice, 1).set;
  if (set.train.features.rows == 0) set.train = set.test;
  set.test = set.train.slice(0, 0);
  if (set.train.labels == nullptr || set.train.features.rows == 0 ||
      !data::image_at(set, set.train.features, 0))
    throw Error(ErrorKind::data, "the examples are no images in classes", choice.data,
                "shapes, mnist, or a folder of pictures");
  return set;
}

// So many of each class, drawn by the seed.
Dataset draw_samples(const SheetCommand& command, std::size_t count) {
  DataChoice choice = command.data;
  choice.classes.clear();
  const Dataset set = load_images(choice);
  std::vector<std::size_t> classes(set.class_names.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  if (!command.data.classes.empty()) classes = parse_numbers(command.data.classes, "--classes");
  return select_classes(set, classes, count, command.seed);
}

// A row a class.
std::vector<data::SheetRow> sample_rows(const Dataset& samples) {
  std::vector<data::SheetRow> rows;
  for (const std::string& name : samples.class_names) rows.push_back({name, {}});
  for (std::size_t i = 0; i < samples.train.features.rows; ++i)
    rows[static_cast<std::size_t>(samples.train.labels[i])].images.push_back(
        *data::image_at(samples, samples.train.features, i));
  return rows;
}

// A row an original, its variants behind it.
std::vector<data::SheetRow> variant_rows(const std::vector<data::SheetRow>& originals,
                                         Variants variants) {
  std::vector<data::SheetRow> rows;
  for (const data::SheetRow& of : originals)
    for (std::size_t i = 0; i < of.images.size(); ++i) {
      data::SheetRow row{i == 0 ? of.label : "", {of.images[i]}};
      for (std::size_t time = 0; time < kVariants; ++time)
        row.images.push_back(variants.draw(of.images[i], time, rows.size()));
      rows.push_back(std::move(row));
    }
  return rows;
}

}  // namespace

void add_sheet_options(Options& app, SheetCommand& c) {
  app.add_option(
         "data", c.data.data,
         "a table, a data set by name, or a folder of pictures or of the files of IDX or CIFAR")
      ->required();
  app.add_option("--data-dir", c.data.data_dir,
                 "folder of data sets (default: $LITHE_DATA, else the user's cache folder)");
  app.add_option("--output", c.output, "file for the picture (PNG)")->capture_default_str();
  app.add_option("--augment", c.augment,
                 "show each sample, followed by augmentations of it: \"shift(2) -> "
                 "rotate(10)\"; see `lithe list augmentations`");
  app.add_option("--count", c.count,
                 fmt::format("samples of each class (default: {}, with --augment {})", kSamples,
                             kOriginals))
      ->check(Range(std::uint64_t{1}, std::uint64_t{1000}));
  app.add_option("--seed", c.seed, "seed of the choice and of the augmentations")
      ->capture_default_str();
  add_class_choice(app, c.data);
  add_picture_form(app, c.data.pictures);
  add_picture_reading(app, c.data.pictures);
  add_table_options(app, c.data.reading, c.data.table, TableUse::learn);
  app.add_flag("--json", c.json, "print what is known of a table as a JSON object");
}

int draw_data(const SheetCommand& command) {
  const bool augments = !command.augment.empty();
  const std::size_t count = command.count > 0 ? command.count : augments ? kOriginals : kSamples;
  const Dataset samples = draw_samples(command, count);
  if (samples.class_names.size() * (augments ? count : 1) > kMostRows)
    throw Error(ErrorKind::usage, fmt::format("more than {} rows", kMostRows), "lithe data show",
                "fewer --classes or a smaller --count");
  std::vector<data::SheetRow> rows = sample_rows(samples);
  if (augments) rows = variant_rows(rows, Variants(command.augment, samples, command.seed));
  data::write_png(command.output, data::draw_sheet(rows, augments));
  print_folded("{}: {} samples of {} class{}{}\n", command.output, samples.train.features.rows,
               samples.class_names.size(), samples.class_names.size() == 1 ? "" : "es",
               augments ? fmt::format(", each with {} variants", kVariants) : "");
  return 0;
}

}  // namespace lithe::app
