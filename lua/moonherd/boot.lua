--- moonherd.boot: runs what the program was asked to run.
--
--     require "moonherd.boot"("file", "app.lua")
return function(kind, what)
    local chunk = assert((kind == "code" and loadstring or loadfile)(what))
    chunk()
end
