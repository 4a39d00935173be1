// What is said of a folder before it is trained on.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/pictures/pets_sample.h"

namespace lithe {
namespace {

using namespace test;

using DescribeFolderTest = PetsTest;

TEST_F(DescribeFolderTest, FolderClassesFormAndParts) {
  write_pets(5);
  const std::vector<std::string> lines = describe(load());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0],
            std::filesystem::canonical(root()).string() + ": 10 pictures of 4 x 4 in grey");
  EXPECT_EQ(lines[1], "classification, 2 classes: cat 5, dog 5");
  EXPECT_EQ(lines[2], "8 pictures to train on, 2 to test on, drawn at random from each class");
  EXPECT_EQ(describe(load({.test_share = 0}))[2], "10 pictures to train on, none to test on");
}

TEST_F(DescribeFolderTest, TheSameAsJson) {
  write_pets(3, "Training/");
  write_pets(1, "Testing/");
  write("Training/cat/x.png", {'x'});
  const auto json = nlohmann::json::parse(
      describe_json(load({.height = 6, .width = 8, .channels = 3, .skip_broken = true})));
  EXPECT_EQ(json["classes"], (nlohmann::json{{"cat", 4}, {"dog", 4}}));
  EXPECT_EQ(json["height"], 6);
  EXPECT_EQ(json["width"], 8);
  EXPECT_EQ(json["channels"], 3);
  EXPECT_EQ(json["train_pictures"], 6);
  EXPECT_EQ(json["test_pictures"], 2);
  EXPECT_EQ(json["train_from"], "Training");
  EXPECT_EQ(json["test_from"], "Testing");
  EXPECT_EQ(json["skipped"].size(), 1u);
  EXPECT_NE(json["notes"][0]["text"].get<std::string>().find("Training/cat/x.png: not a PNG"),
            std::string::npos);
}

TEST_F(DescribeFolderTest, AClassOfOnePictureIsLearnedAndNotTested) {
  write_pets(5);
  write("cow/0.png", grey_png(4, 4, 200));
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const ImageFolder folder = load({.test_share = 0.5, .seed = seed});
    const std::vector<int> all = levels(folder.data.train);
    EXPECT_NE(std::ranges::find(all, 200), all.end());
    EXPECT_TRUE(mentions(folder, "Warning: no picture of cow is held out"));
  }
}

TEST_F(DescribeFolderTest, AFolderAroundTheClassesIsNamed) {
  write_pets(2, "inner/");
  expect_error(ErrorKind::data, {"one class, 'inner'", "--data", "pets/inner"}, [&] { load(); });
}

}  // namespace
}  // namespace lithe
