// Folders of pictures: classes, parts, forms, broken ones, the cache.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "data/pictures/pets_sample.h"
#include "lithe/data.h"
#include "lithe/images.h"

namespace lithe {
namespace {

using namespace test;
namespace fs = std::filesystem;

class ImageFolderTest : public PetsTest {
 protected:
  void expect_refused(const std::vector<std::string>& words, const ImageOptions& options = {},
                      ErrorKind kind = ErrorKind::data) const {
    expect_error(kind, words, [&] { load(options); });
    EXPECT_TRUE(cache_files().empty());
  }

  std::vector<fs::path> cache_files() const {
    std::vector<fs::path> files;
    if (fs::exists(cache() / "images"))
      for (const auto& entry : fs::directory_iterator(cache() / "images")) files.push_back(entry);
    return files;
  }
};

TEST_F(ImageFolderTest, HasAClassAFolder) {
  write_pets();
  const Dataset data = load({.test_share = 0}).data;
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(data.shape, (std::vector<std::size_t>{4, 4}));
  EXPECT_EQ(data.name, fs::canonical(root()).string());
  EXPECT_EQ(levels(data.train), (std::vector<int>{10, 11, 12, 13, 14, 100, 101, 102, 103, 104}));
  EXPECT_EQ(labels(data.train), (std::vector<int>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}));
  EXPECT_EQ(data.train.classes, 2);
  EXPECT_EQ(data.train.features.divisor, 255);
  EXPECT_EQ(data.test.features.rows, 0);
}

TEST_F(ImageFolderTest, SetsAShareOfEachClassApart) {
  write_pets();
  const Dataset data = load().data, again = load().data;
  EXPECT_EQ(labels(data.test), (std::vector<int>{0, 1}));
  EXPECT_EQ(levels(data.test), levels(again.test));
  std::vector<int> all = levels(data.train);
  for (const int level : levels(data.test)) all.push_back(level);
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector<int>{10, 11, 12, 13, 14, 100, 101, 102, 103, 104}));
  const Dataset test = load({.test_share = 1, .for_training = false}).data;
  EXPECT_EQ(test.test.features.rows, 10);
  EXPECT_EQ(test.train.features.rows, 0);
}

TEST_F(ImageFolderTest, TakesPartsThatAreThere) {
  write("train/cat/1.png", grey_png(4, 4, 1));
  write("train/dog/1.png", grey_png(4, 4, 2));
  write("val/dog/1.png", grey_png(4, 4, 3));
  EXPECT_EQ(levels(load().data.test), (std::vector<int>{3}));
  write("test/dog/1.png", grey_png(4, 4, 4));
  const Dataset data = load().data;
  EXPECT_EQ(levels(data.train), (std::vector<int>{1, 2, 3}));  // val as well
  EXPECT_EQ(levels(data.test), (std::vector<int>{4}));
  EXPECT_EQ(labels(data.test), (std::vector<int>{1}));
  write("test/cow/1.png", grey_png(4, 4, 5));
  expect_error(ErrorKind::data, {"cow", "cat, dog"}, [&] { load(); });
}

TEST_F(ImageFolderTest, MayHaveAClassThatIsCalledTrain) {
  write("car/1.png", grey_png(4, 4, 1));
  write("train/steam/1.png", grey_png(4, 4, 2));
  EXPECT_EQ(load({.test_share = 0}).data.class_names, (std::vector<std::string>{"car", "train"}));
}

TEST_F(ImageFolderTest, RefusesAFolderBesideTheParts) {
  for (const char* name : {"train/cat/1.png", "train/dog/1.png", "test/dog/1.png"})
    write(name, grey_png(4, 4, 1));
  EXPECT_TRUE(has_test_folder(root()));
  write("extra/1.png", grey_png(4, 4, 2));
  for (const bool for_training : {true, false})
    expect_refused({"train and test", "'extra' stands beside"}, {.for_training = for_training});
  EXPECT_FALSE(has_test_folder(root() / "train"));
  // Classes that are called so hold pictures, not folders.
  fs::rename(root() / "train/cat/1.png", root() / "train/1.png");
  fs::remove_all(root() / "train/cat");
  fs::remove_all(root() / "train/dog");
  EXPECT_EQ(load({.test_share = 0}).data.class_names,
            (std::vector<std::string>{"extra", "test", "train"}));
}

TEST_F(ImageFolderTest, WhatIsKeptIsFoundAndRemoved) {
  EXPECT_EQ(find_decoded_pictures(cache()).files, 0u);
  EXPECT_EQ(remove_decoded_pictures(cache()).bytes, 0u);
  write_pets();
  load();
  load({.height = 2, .width = 2});
  const fs::path others = cache() / "images" / "notes.txt", near = cache() / "images" / "0123-4567";
  write_bytes(others, {'x'});
  write_bytes(near, {'x'});
  // What a run that was killed has left, long ago and just now.
  const std::string name = ".0123456789abcdef-0123456789abcdef.a1B2c3";
  write_bytes(cache() / "images" / name, {'x', 'y'});
  const DecodedPictures fresh = find_decoded_pictures(cache());
  EXPECT_EQ(fresh.files, 2u);
  fs::last_write_time(cache() / "images" / name,
                      fs::file_time_type::clock::now() - std::chrono::hours(2));
  const DecodedPictures found = find_decoded_pictures(cache());
  EXPECT_EQ(found.files, 3u);
  EXPECT_EQ(found.bytes, fresh.bytes + 2);
  EXPECT_EQ(remove_decoded_pictures(cache()).bytes, found.bytes);
  EXPECT_EQ(find_decoded_pictures(cache()).files, 0u);
  EXPECT_TRUE(fs::exists(others));
  EXPECT_TRUE(fs::exists(near));
  EXPECT_FALSE(load().from_cache);
}

TEST_F(ImageFolderTest, LeavesHiddenFilesAlone) {
  write_pets(1);
  for (const char* name : {"cat/.DS_Store", "cat/Thumbs.db", "dog/desktop.ini", "dog/.old/1.png",
                           ".git/1.png", "notes.txt"})
    write(name, {'x'});
  EXPECT_EQ(load({.test_share = 0}).data.train.features.rows, 2);
}

TEST_F(ImageFolderTest, LooksBelowAClassAndNotAtExtensions) {
  write("cat/indoors/deep/1.jpg", grey_png(4, 4, 1));
  write("dog/1", grey_png(4, 4, 2));
  EXPECT_EQ(levels(load({.test_share = 0}).data.train), (std::vector<int>{1, 2}));
}

TEST_F(ImageFolderTest, NeedsClassesToTellApart) {
  fs::create_directories(root());
  expect_refused({"no folders"});
  write("cat/1.png", grey_png(4, 4, 1));
  expect_refused({"one class, 'cat'"});
  fs::create_directories(root() / "dog");
  expect_refused({"no picture of class dog"});
  expect_error(ErrorKind::io, {"nowhere"},
               [&] { load_image_folder(root() / "nowhere", {}, cache()); });
}

TEST_F(ImageFolderTest, NotForTrainingMayBeOneClassOrNone) {
  write("cat/1.png", grey_png(4, 4, 1));
  EXPECT_EQ(load({.test_share = 0, .for_training = false}).data.class_names,
            std::vector<std::string>{"cat"});
  const ImageFolder flat = load_image_folder(root() / "cat", {.for_training = false}, cache());
  EXPECT_EQ(flat.data.class_names, std::vector<std::string>{"cat"});
  EXPECT_EQ(flat.data.train.features.rows, 1);
  fs::create_directories(root() / "none");
  expect_error(ErrorKind::data, {"no picture"},
               [&] { load_image_folder(root() / "none", {.for_training = false}, cache()); });
}

TEST_F(ImageFolderTest, BringsPicturesToOneForm) {
  write_pets(1);
  write("cat/wide.png", grey_png(4, 9, 50));
  write("dog/red.png", colour_png(4, 4, 60));
  for (const std::size_t channels : {1, 3}) {
    const Dataset data =
        load({.height = 6, .width = 5, .channels = channels, .test_share = 0}).data;
    EXPECT_EQ(data.train.features.columns, 30 * channels);
    EXPECT_EQ(data.shape.size(), channels == 1 ? 2 : 3);
    EXPECT_EQ(levels(data.train), (std::vector<int>{10, 50, 100, 60}));
  }
}

TEST_F(ImageFolderTest, TakesLongThinPictures) {
  write("a/0.png", grey_png(1, 70'000, 1));
  write("b/0.png", grey_png(1, 70'000, 2));
  for (const ImageOptions& options :
       {ImageOptions{.test_share = 0},
        ImageOptions{.height = 1, .width = 70'001, .resize = Resize::stretch, .test_share = 0}}) {
    const Dataset data = load(options).data;
    EXPECT_EQ(data.shape[0] * data.shape[1], options.height > 0 ? 70'001 : 64);
    EXPECT_EQ(levels(data.train), (std::vector<int>{1, 2}));
    EXPECT_TRUE(load(options).from_cache);
  }
}

TEST_F(ImageFolderTest, ResizesAsItIsTold) {
  // Half dark, half light, twice as wide as high.
  ByteVector pixels;
  for (int i = 0; i < 8 * 16; ++i) pixels.push_back(i % 16 < 8 ? 0 : 240);
  write("a/1.png", data::encode_png({8, 16, pixels}));
  write("b/1.png", data::encode_png({8, 16, pixels}));
  const auto first = [&](Resize how) {
    const Dataset data =
        load({.height = 4, .width = 4, .resize = how, .channels = 1, .test_share = 0}).data;
    EXPECT_EQ(data.resize, how);
    const std::uint8_t* row = data.train.features.row(0);
    return ByteVector(row, row + 16);
  };
  const ByteVector halves = {0, 0, 240, 240};
  const auto rows = [](const ByteVector& row) {
    return joined(joined(row, row), joined(row, row));
  };
  EXPECT_EQ(first(Resize::crop), rows(halves));
  EXPECT_EQ(first(Resize::stretch), rows(halves));
  const ByteVector padded = first(Resize::pad);
  EXPECT_EQ(ByteVector(padded.begin() + 4, padded.begin() + 8), halves);
  EXPECT_EQ(padded[0], padded[3]);  // the colour of the border
  EXPECT_NE(first(Resize::ink), rows(halves));
}

TEST_F(ImageFolderTest, RefusesOptionsThatMakeNoSense) {
  write_pets(1);
  const auto misused = [&](const char* option, const ImageOptions& options) {
    expect_refused({option}, options, ErrorKind::usage);
  };
  misused("--size", {.height = 3});
  misused("--size", {.height = 1 << 20, .width = 1 << 20});
  misused("--channels", {.channels = 4});
  misused("--channels", {.height = 28, .width = 28, .resize = Resize::ink});
  misused("--test-share", {.test_share = -1});
  misused("--test-share", {.test_share = 20});
  misused("--max-pixels", {.max_pixels = (std::uint64_t{1} << 32) + 1});
}

TEST_F(ImageFolderTest, ListsWhatIsBroken) {
  write_pets();
  write("cat/empty.png", {});
  write("dog/text.jpg", {'h', 'i'});
  write("dog/huge.png", claiming(grey_png(4, 4, 0), 100'000, 100'000));
  expect_refused({"3 pictures cannot be read", "cat/empty.png: the file is empty",
                  "dog/text.jpg: not a PNG", "dog/huge.png: the picture is 100000 high",
                  "--skip-broken"});
  const ImageOptions skips{.skip_broken = true, .test_share = 0};
  const ImageFolder folder = load(skips), again = load(skips);
  EXPECT_EQ(levels(folder.data.train),
            (std::vector<int>{10, 11, 12, 13, 14, 100, 101, 102, 103, 104}));
  ASSERT_EQ(folder.skipped.size(), 3);
  EXPECT_EQ(folder.skipped[0], "cat/empty.png: the file is empty");
  EXPECT_TRUE(again.from_cache);
  EXPECT_EQ(again.skipped, folder.skipped);
  EXPECT_EQ(labels(again.data.train), labels(folder.data.train));
}

TEST_F(ImageFolderTest, SkippingLeavesNoClassEmpty) {
  write_pets(1);
  write("dog/0.png", {'x'});
  const ImageOptions skips{.skip_broken = true, .test_share = 0};
  expect_error(ErrorKind::data, {"class dog"}, [&] { load(skips); });
  write("cat/0.png", {'x'});
  expect_error(ErrorKind::data, {"2 pictures cannot be read"}, [&] { load(skips); });
}

TEST_F(ImageFolderTest, DecodesOnce) {
  write_pets();
  const ImageFolder first = load(), second = load();
  EXPECT_FALSE(first.from_cache);
  EXPECT_TRUE(second.from_cache);
  EXPECT_EQ(levels(second.data.train), levels(first.data.train));
  EXPECT_EQ(labels(second.data.test), labels(first.data.test));
  EXPECT_FALSE(load({.height = 3, .width = 3}).from_cache);  // another form
  EXPECT_EQ(cache_files().size(), 2);
  EXPECT_TRUE(load().from_cache);
}

TEST_F(ImageFolderTest, NoticesWhatHasChanged) {
  write_pets();
  load({.test_share = 0});
  write("cat/0.png", grey_png(4, 4, 77));
  fs::last_write_time(root() / "cat/0.png",
                      fs::last_write_time(root() / "cat/1.png") + std::chrono::seconds(5));
  const ImageFolder changed = load({.test_share = 0});
  EXPECT_FALSE(changed.from_cache);
  EXPECT_EQ(levels(changed.data.train)[0], 77);
  fs::remove(root() / "cat/0.png");
  EXPECT_EQ(levels(load({.test_share = 0}).data.train)[0], 11);
  EXPECT_EQ(cache_files().size(), 1);  // what is out of date goes
}

TEST_F(ImageFolderTest, MakesADamagedCacheAnew) {
  write_pets();
  const std::vector<int> right = levels(load().data.train);
  const fs::path file = cache_files().at(0);
  const ByteVector whole = read_bytes(file);
  std::vector<ByteVector> damaged = {{}, ByteVector(whole.begin(), whole.end() - 1)};
  for (const std::size_t at : {0, 8, 16, 24, 32, 40, 48, 56, 64, 72,  // each number of the header
                               80, 81, 95, 96, 80 + 7 * 16}) {        // and pixels
    damaged.push_back(whole);
    damaged.back()[at] ^= 0x11;
  }
  damaged.push_back(whole);
  damaged.back()[whole.size() - 4] = 99;  // a picture that there is not
  damaged.push_back(whole);
  std::swap(damaged.back()[16], damaged.back()[24]);  // as many to test on as there were to train
  for (const ByteVector& bytes : damaged) {
    write_bytes(file, bytes);
    const ImageFolder made = load();
    EXPECT_FALSE(made.from_cache);
    EXPECT_EQ(levels(made.data.train), right);
    EXPECT_EQ(read_bytes(file), whole);
    ASSERT_FALSE(made.notes.empty());
    EXPECT_NE(made.notes[0].text.find("not as they were written"), std::string::npos);
  }
}

TEST_F(ImageFolderTest, IsTheSameOnAnyNumberOfThreads) {
  for (int i = 0; i < 300; ++i) {
    const auto level = static_cast<std::uint8_t>(i % 251);
    write("a/" + std::to_string(i) + ".png", i % 17 == 5 ? ByteVector{'x'} : grey_png(3, 5, level));
    write("b/" + std::to_string(i) + ".jpg",
          encode_jpeg(ByteVector(64, level), 8, 8, TJPF_GRAY, TJSAMP_GRAY));
  }
  std::set<std::string> files;
  for (const std::size_t threads : {1, 2, 5}) {
    const fs::path own = cache() / std::to_string(threads);
    load_image_folder(root(), {.height = 4, .width = 4, .skip_broken = true, .threads = threads},
                      own);
    for (const auto& entry : fs::directory_iterator(own / "images")) {
      const ByteVector bytes = read_bytes(entry);
      files.emplace(bytes.begin(), bytes.end());
    }
  }
  EXPECT_EQ(files.size(), 1);
}

TEST_F(ImageFolderTest, TellsItsProgressAndStops) {
  write_pets(400);
  std::size_t last = 0;
  ImageOptions options;
  options.progress = [&](std::size_t done, std::size_t total) {
    EXPECT_GT(done, last);
    EXPECT_EQ(total, 800);
    last = done;
    return done < 100;
  };
  expect_refused({"stopped"}, options, ErrorKind::io);
  EXPECT_LT(last, 800);
  last = 0;
  options.progress = [&](std::size_t done, std::size_t) {
    last = done;
    return true;
  };
  load(options);
  EXPECT_EQ(last, 800);
}

TEST_F(ImageFolderTest, SaysWhereTheCacheCannotBe) {
  write_pets(2);
  write_bytes(cache(), {'x'});  // a file where the folder should be
  expect_error(ErrorKind::io, {"--data-dir"}, [&] { load(); });
}

TEST_F(ImageFolderTest, IsToldFromOtherFolders) {
  write("notes.txt", {'x'});
  EXPECT_FALSE(is_image_folder(root()));
  EXPECT_FALSE(is_image_folder(root() / "notes.txt"));
  EXPECT_FALSE(is_image_folder(root() / "nowhere"));
  write("cat/deep/1.JPEG", {'x'});
  EXPECT_TRUE(is_image_folder(root()));
  write("train-images-idx3-ubyte", {'x'});
  EXPECT_FALSE(is_image_folder(root()));
}

TEST_F(ImageFolderTest, IsADataSetByItsPath) {
  write_pets();
  EXPECT_EQ(load_dataset(root().string(), cache()).class_names,
            (std::vector<std::string>{"cat", "dog"}));
}

}  // namespace
}  // namespace lithe
