--- What the bad-input cases need for moonherd.
return {
    dangerous = { ["moonherd.run"] = true }, -- it tells process of its end
}
